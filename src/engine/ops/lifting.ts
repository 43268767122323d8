/** What rules for k models at once share: see `lift` in `OpFacets`. */
import type { Lifted, Value } from '../value';
import { expand, reshape } from './shape';

/** With axes of 1 behind the axis of models, until one model's part has `rank` axes: so that it broadcasts as it did. */
export function aligned({ value, many }: Lifted, rank: number): Value {
  const [k, ...own] = value.shape;
  return many ? reshape(value, [k!, ...Array.from({ length: rank - own.length }, () => 1), ...own]) : value;
}
/** [k, ...], repeated where all models share it. */
export const spread = ({ value, many }: Lifted, k: number): Value => (many ? value : expand(reshape(value, [1, ...value.shape]), [k, ...value.shape]));
