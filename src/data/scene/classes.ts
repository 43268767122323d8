/** Scenes with class labels: by shape, by shape and texture, by colour, by how many objects there are, or by where. */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, tensor } from '../../base/tensor';
import type { Labelled } from '../labelled';
import { checkWorld } from './check-world';
import { kinds, plainKinds } from './kinds';
import { colours, textures } from './parts';
import { renderScene } from './render';
import { type SceneSetOptions, styleAt, toTensor } from './set';
import { drawScene, patterns, positionNames, positionOf, type Scene, sizeNames, tones, type WorldOptions } from './world';

/** What a class is: an attribute of a single object or its background, shape and texture together, or the number of objects. */
export const classTasks = ['shape', 'shape and texture', 'colour', 'texture', 'size', 'position', 'tone', 'pattern', 'count'] as const;
export type ClassTask = (typeof classTasks)[number];
export interface ClassOptions extends Omit<SceneSetOptions, 'objects' | 'couples' | 'captions' | 'masks' | 'count' | 'first'> {
  readonly task: ClassTask;
  readonly perClass: number;
}
type Rule = { readonly names: readonly string[]; readonly world: (label: number) => Partial<WorldOptions>; readonly fits?: (scene: Scene, label: number) => boolean };

function ruleOf(task: ClassTask, options: WorldOptions): Rule {
  const list = (given: readonly number[] | undefined, names: readonly string[]): readonly number[] => given ?? names.map((_, i) => i);
  const one = (name: 'colours' | 'textures' | 'tones' | 'patterns', names: readonly string[]): Rule => {
    const values = list(options[name], names);
    return { names: values.map((v) => names[v]!), world: (label) => ({ [name]: [values[label]!] }) };
  };
  const shapes = options.kinds ?? plainKinds;
  const grains = list(options.textures, textures);
  switch (task) {
    case 'shape': return { names: shapes.map((k) => kinds[k]!), world: (label) => ({ kinds: [shapes[label]!] }) };
    case 'shape and texture': return {
      names: shapes.flatMap((k) => grains.map((t) => `${textures[t]} ${kinds[k]}`)),
      world: (label) => ({ kinds: [shapes[Math.floor(label / grains.length)]!], textures: [grains[label % grains.length]!] }),
    };
    case 'colour': return one('colours', colours);
    case 'texture': return one('textures', textures);
    case 'tone': return one('tones', tones);
    case 'pattern': return one('patterns', patterns);
    case 'size': return { names: sizeNames, world: () => ({}), fits: ({ objects }, label) => objects[0]!.size === label };
    case 'position': return { names: positionNames, world: () => ({}), fits: ({ objects, side }, label) => positionOf(objects[0]!, side) === label };
    case 'count': return { names: ['one', 'two', 'three', 'four'], world: (label) => ({ objects: [label + 1, label + 1] }) };
  }
}
/**
 * perClass scenes of each class, in turns: example i is of class i mod K, and depends on (seed, split, i) and the options alone. x [n, 3, side, side]
 * float32 in [-1, 1]. @throws InputError for options that cannot be
 */
export function makeSceneClassSet({ task, perClass, ...options }: ClassOptions): Labelled & { readonly scenes: readonly Scene[] } {
  if (!(Number.isInteger(perClass) && perClass >= 1)) throw new InputError(`A whole number of scenes a class, at least 1, was expected, but ${perClass} came.`);
  checkWorld(options);
  const { names, world, fits = () => true } = ruleOf(task, options);
  const { side } = options;
  const count = names.length * perClass;
  const x = new Float32Array(count * 3 * side * side);
  const root = Random.seed(options.seed).fork('class scenes', options.split);
  const scenes = Array.from({ length: count }, (_, i) => {
    const rng = root.fork(i);
    const label = i % names.length;
    const scene = drawUntil(rng, { objects: [1, 1], ...options, ...world(label) }, (one) => fits(one, label));
    toTensor(renderScene(scene, styleAt(rng.fork('style'), options.style ?? 'flat')).image, x, i);
    return scene;
  });
  return { x: tensor(x, [count, 3, side, side]), y: int32(Int32Array.from({ length: count }, (_, i) => i % names.length)), classes: names, scenes };
}
function drawUntil(rng: Random, options: WorldOptions, fits: (scene: Scene) => boolean): Scene {
  for (let attempt = 0; attempt < 400; attempt++) {
    const scene = drawScene(rng.fork('scene', attempt), options);
    if (fits(scene)) return scene;
  }
  throw new InputError('No scene of 400 belonged to the class. Allow more sizes or places.');
}
