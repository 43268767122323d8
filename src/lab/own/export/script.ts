/** A Python script that runs an experiment again with onnxruntime and numpy alone, and says by how much its losses differ. */
import type { OptimizerChoice } from '../../../spec/own-model';
import { feedName, targetName } from '../examples';
import type { OwnStep } from '../step';
import template from './script.py?raw';

export interface ScriptOptions {
  /** Files, as the script is to open them. */
  readonly stepGraph: string;
  readonly state: string;
  readonly data: string;
  readonly optimizer: OptimizerChoice;
  /** What this run gave. */
  readonly losses: readonly number[];
}
/** What the script is told, as JSON within it. */
export function experimentScript({ spec, examples, batch }: OwnStep, { stepGraph, state, data, optimizer, losses }: ScriptOptions): string {
  const inputOf = new Map(Object.keys(examples.inputs).map((name) => [feedName(name), name]));
  const feeds = Object.entries(spec.batch).map(([name, { shape, dtype = 'float32' }]) => ({
    name,
    array: name === targetName ? 'y' : inputOf.get(name)!,
    dtype,
    // A feed without an axis of examples comes whole; others in rows of this shape.
    ...(examples.whole.has(inputOf.get(name)!) ? { whole: true } : { row: shape.slice(1) }),
  }));
  const settings = { step_graph: stepGraph, state, data, examples: examples.count, batch, feeds, optimizer: { momentum: 0, weightDecay: optimizer.name === 'adamw' ? 0.01 : 0, ...optimizer }, losses };
  return template.replace('SETTINGS_HERE', () => JSON.stringify(settings, null, 1).replaceAll('\\', '\\\\').replaceAll("'''", "\\'\\'\\'"));
}
