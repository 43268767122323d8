/** The training step itself as files: its graph as ONNX, and what its state starts from as safetensors. */
import type { Params } from '../../../base/tensor';
import { writeOnnx } from '../../../engine/onnx/writer';
import { writeSafetensors } from '../../../engine/safetensors';
import { initialOf, trainingProgram } from '../../training';
import type { OwnStep } from '../step';

export interface StepFiles {
  /** Inputs: the state (theta, the optimiser's slots, buffers), the batch, and scalars `step.*`; outputs: `<state>.next`, and loss. */
  readonly onnx: Uint8Array;
  /** The state before the first step; metadata `layout` tells where each tensor lies in theta, as JSON. */
  readonly state: Uint8Array;
}
export function exportStep({ spec, from }: OwnStep): StepFiles {
  const compiled = trainingProgram(spec);
  const initial: Params = initialOf(compiled, from);
  const layout = compiled.layout.entries.map(({ name, shape, offset }) => ({ name, shape, offset }));
  return { onnx: writeOnnx(compiled.program), state: writeSafetensors(initial, { layout: JSON.stringify(layout) }) };
}
