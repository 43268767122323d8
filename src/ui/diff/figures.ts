/** Figures of the diff as people read them. */
import type { Figures } from '../../spec/diff';
import { texts } from './texts';

/** Near 1, the figures that tell cosines apart are the last: six of them. */
export const cosineText = ({ cosine }: Pick<Figures, 'cosine'>): string => (Number.isNaN(cosine) ? texts.undefinedFigure : String(Number(cosine.toFixed(6))).replace('-', '−'));
export const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join(' × '));
