/** The frozen network, scenes of a narrower kind to adapt to, and prompts with the colours that they name. */
import { floats, int32, tensor, type Params, type Tensor } from '../../base/tensor';
import { tintOf } from '../../data/scene/background';
import { inkList } from '../../data/scene/parts';
import type { SceneSetOptions } from '../../data/scene/set';
import { readCheckpoint } from '../../engine/onnx/writer';
import type { Lab } from '../../lab/lab';
import { captionedScenes, captionLength, side } from '../../lab/captioned';
import { maskableNames } from '../../nn/unet';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export const picture = [3, side, side] as const;
const pixels = 3 * side * side;

/** A masked matrix [inputs, outputs], and where its entries begin in a draw of noise for all. */
export interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly offset: number;
}
export interface Task {
  readonly base: Params;
  readonly layers: readonly Layer[];
  /** Entries of all masks. */
  readonly total: number;
  readonly train: { readonly x: Tensor; readonly tokens: Tensor };
  readonly test: { readonly x: Tensor; readonly tokens: Tensor };
  readonly prompts: Prompts;
}
export interface Prompts {
  readonly texts: readonly string[];
  readonly tokens: Tensor;
  /** [n, 3] in [-1, 1]: of the background and of the object. */
  readonly tone: Tensor;
  readonly ink: Tensor;
}
/** Two shapes of plain texture in four colours: narrower than what the network was made from. */
const narrow: Partial<SceneSetOptions> = { kinds: [0, 1], colours: [0, 2, 4, 6], textures: [0], captions: ['background'] };

export function layersOf(base: Params, which: Knobs['layers']): { layers: Layer[]; total: number } {
  let total = 0;
  const layers = maskableNames(base).filter((name) => which === 'all' || name.includes(`.${which}.`)).map((name): Layer => {
    const [inputs, outputs] = base[name]!.shape as [number, number];
    const layer = { name, inputs, outputs, offset: total };
    total += inputs * outputs;
    return layer;
  });
  return { layers, total };
}
export async function openTask(lab: Lab, knobs: Knobs): Promise<Task> {
  const base = readCheckpoint(await lab.asset('models/unet.onnx')).params;
  const drawn = (split: string, count: number) => captionedScenes(lab.seed, `masked/${split}`, count, narrow);
  return { base, ...layersOf(base, knobs.layers), train: drawn('train', knobs.trained), test: drawn('test', knobs.tested), prompts: promptsOf(lab.seed, knobs.prompts) };
}
function promptsOf(seed: number, count: number): Prompts {
  const { set, tokens } = captionedScenes(seed, 'masked/prompts', count, { textures: [0], captions: ['background'] });
  const rgb = (of: (i: number) => readonly [number, number, number]): Tensor => tensor(Array.from({ length: count }, (_, i) => of(i)).flat().map((v) => 2 * v - 1), [count, 3]);
  return { texts: set.captions, tokens, tone: rgb((i) => tintOf(set.tone.data[i]!)), ink: rgb((i) => inkList[set.colour.data[4 * i]!]!.ink) };
}
/** Scenes with these numbers. */
export function rows({ x, tokens }: Task['train'], at: ArrayLike<number>): { x0: Tensor; tokens: Tensor } {
  const [images, words] = [new Float32Array(at.length * pixels), new Int32Array(at.length * captionLength)];
  for (let k = 0; k < at.length; k++) {
    images.set(floats(x).subarray(at[k]! * pixels, (at[k]! + 1) * pixels), k * pixels);
    words.set(tokens.data.subarray(at[k]! * captionLength, (at[k]! + 1) * captionLength), k * captionLength);
  }
  return { x0: tensor(images, [at.length, ...picture]), tokens: int32(words, [at.length, captionLength]) };
}
