/** What each ONNX operator means in our ops: a table for each family, and all of them together. */
import { activations } from './activations';
import { arithmetic } from './arithmetic';
import { attentions } from './attention';
import { contrib } from './contrib';
import { einsums } from './einsum';
import { losses } from './losses';
import { shapes } from './shapes';
import { indexing } from './indexing';
import { reductions } from './reductions';
import { products } from './products';
import { windows } from './windows';
import { normalization } from './normalization';
import { recurrences } from './recurrent';
import { gridSampling } from './grid-sample';
import { resizing } from './resize';
import type { Builder } from './builder';

export type { Builder } from './builder';

/** Every operator that can be read. */
export const BUILDERS: ReadonlyMap<string, Builder> = new Map(Object.entries({ ...arithmetic, ...activations, ...losses, ...shapes, ...indexing, ...reductions, ...products, ...windows, ...normalization, ...contrib, ...attentions, ...einsums, ...recurrences, ...resizing, ...gridSampling }));
