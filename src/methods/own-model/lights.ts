/** What must hold by construction, checked on the very file that a user would take away. */
import { floats, type Params } from '../../base/tensor';
import type { Lab } from '../../lab/lab';
import { bakedModel } from '../../lab/own/export/model';
import { openModel, storedModel } from '../../lab/own/open';
import { outOf } from '../../lab/own/train';
import { atMost } from '../../spec/lights';
import { effective, type Arm } from './arms';
import { makeJudge, type Judge } from './judge';
import type { Prepared } from './prepare';

const bytesOf = ({ data }: { readonly data: ArrayBufferView }): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
/** Outputs of the model that is read back may differ by this share of the largest: its weights are constants now, and constants are folded. */
const tolerance = 1e-5;

export async function showLights(lab: Lab, prepared: Prepared, judge: Judge, arm: Arm, params: Params): Promise<void> {
  const { original, model } = prepared;
  const tensors = outOf(arm.step, params);
  const bytes = bakedModel({ ...model, file: original }, tensors);
  const after = storedModel({ bytes, files: original.files }).graph.initializers;
  const before = model.stored.graph.initializers;
  const roles = new Map(model.description.tensors.map((t) => [t.name, t.role]));
  const same = (name: string): boolean => sameBytes(bytesOf(before[name]!), bytesOf(after[name]!));

  const frozen = Object.keys(before).filter((name) => arm.uses[name] === 'frozen' && !arm.step.statistics.includes(name));
  const moved = frozen.filter((name) => !same(name));
  lab.light('frozen', moved.length === 0, moved.length > 0 ? `changed: ${moved.join(', ')}` : `${frozen.length} frozen tensors of the exported file compared, byte by byte`, arm.name);

  const counts = arm.step.masked.map((name) => maskCount(before[name]!.data, after[name]!.data));
  const [kept, off, other] = [0, 1, 2].map((k) => counts.reduce((n, c) => n + c[k]!, 0));
  lab.light('masks', other === 0, counts.length === 0 ? 'nothing is masked' : `${kept} kept with the file’s bits, ${off} off, ${other} anything else`, arm.name);

  const statistics = Object.keys(before).filter((name) => roles.get(name) === 'statistic');
  const carried = statistics.filter((name) => arm.step.statistics.includes(name));
  const touched = statistics.filter((name) => !carried.includes(name) && !same(name));
  lab.light('statistics', touched.length === 0, statistics.length === 0 ? 'this model has none' : `${statistics.length} compared, byte by byte${carried.length > 0 ? `; ${carried.length} are meant to move: the file was exported for training` : ''}`, arm.name);

  const readBack = makeJudge(lab, { ...prepared, model: openModel({ ...model.file, name: 'trained.onnx', bytes: model.file === original ? bytes : bakedModel(model, tensors) }) });
  const [ours, theirs] = [floats(await judge.answers(effective(arm, judge.start, params))), floats(await readBack.answers({}))];
  const scale = ours.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-12);
  const largest = ours.reduce((m, v, i) => Math.max(m, Math.abs(v - theirs[i]!)), 0);
  lab.light('export', atMost(largest, tolerance * scale), `largest difference ${largest === 0 ? '0' : largest.toPrecision(2)}, where outputs reach ${scale.toPrecision(3)}`, arm.name);
}
/** Numbers that kept their bits, that are 0, and that are neither. A 0 of the file's own counts as kept. */
function maskCount(before: ArrayLike<number | bigint>, after: ArrayLike<number | bigint>): readonly [number, number, number] {
  const counts: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < after.length; i++) counts[Object.is(before[i], after[i]) ? 0 : after[i] === 0 ? 1 : 2]++;
  return counts;
}
