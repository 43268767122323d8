/** What each ONNX operator means in our ops: a table for each family, and all of them together. */
import { arithmetic } from './arithmetic';
import { shapes } from './shapes';
import { indexing } from './indexing';
import { reductions } from './reductions';
import { products } from './products';
import { windows } from './windows';
import { normalization } from './normalization';
import type { Builder } from './builder';

export type { Builder } from './builder';

/** Every operator of ONNX's own domain that can be read. */
export const BUILDERS: ReadonlyMap<string, Builder> = new Map(Object.entries({ ...arithmetic, ...shapes, ...indexing, ...reductions, ...products, ...windows, ...normalization }));
