/** A maker of random nodes for every operator that can be read. */
import type { MakeNode } from './draw';
import { elementwise } from './elementwise';
import { reductions } from './reductions';
import { shapes } from './shapes';
import { windows } from './windows';

export type { MakeNode, NodeCase } from './draw';
export const NODES: ReadonlyMap<string, MakeNode> = new Map(Object.entries({ ...elementwise, ...reductions, ...shapes, ...windows }).sort(([a], [b]) => (a < b ? -1 : 1)));
