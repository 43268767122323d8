/** A maker of random nodes for every operator that can be read. */
import type { MakeNode } from './draw';
import { attentions } from './attention';
import { einsums } from './einsum';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { recurrences } from './recurrent';
import { reductions } from './reductions';
import { resizing } from './resize';
import { shapes } from './shapes';
import { windows } from './windows';

export type { MakeNode, NodeCase } from './draw';
export const NODES: ReadonlyMap<string, MakeNode> = new Map(Object.entries({ ...attentions, ...einsums, ...elementwise, ...indexing, ...recurrences, ...reductions, ...resizing, ...shapes, ...windows }).sort(([a], [b]) => (a < b ? -1 : 1)));
