/** Questions about a scene whose answers follow from what is in it. Each asks only what has one right answer, else it gives nothing. */
import type { Random } from '../../base/random';
import { letters } from '../sets/facts';
import { kinds } from './kinds';
import { colours, textures } from './parts';
import { positionNames, positionOf, type Scene, type SceneObject, sizeNames, tones } from './world';
import { numberWords } from './words';

/**
 * attribute: "is there a red circle ?"; count: "how many objects are there ?", "how many circle objects are there ?"; colour, texture,
 * size: of the only circle; shape: of the only red object; at: "what colour is the object at the top left ?"; position: "where is the
 * circle ?"; relation: "is the circle left of the star ?"; background: its tint.
 */
export const questionNames = ['attribute', 'count', 'colour', 'texture', 'size', 'shape', 'at', 'position', 'relation', 'background'] as const;
export type QuestionName = (typeof questionNames)[number];
export interface Question {
  readonly prompt: string;
  readonly answer: string;
  /** Every answer of this question's kind: what is offered as wrong ones. Two words each for positions. */
  readonly among: readonly string[];
}
const yesNo = ['yes', 'no'] as const;
const yes = (holds: boolean): string => (holds ? 'yes' : 'no');

/** "is there a circle ?" */
export const presenceQuestion = (kind: number, { objects }: Pick<Scene, 'objects'>): Question => ({ prompt: `is there a ${kinds[kind]} ?`, answer: yes(objects.some((o) => o.kind === kind)), among: yesNo });

type Ask = (scene: Scene, rng: Random) => Question | undefined;
/** The objects that share `of` with no other. */
const unique = (objects: readonly SceneObject[], of: (object: SceneObject) => number): readonly SceneObject[] => objects.filter((a) => objects.every((b) => a === b || of(a) !== of(b)));
const pickFrom = <T>(rng: Random, items: readonly T[]): T | undefined => (items.length === 0 ? undefined : rng.pick(items));
/** A question about one of the objects that are the only ones of their kind. */
const ofKind = (ask: (object: SceneObject, scene: Scene) => Question): Ask => (scene, rng) => {
  const object = pickFrom(rng, unique(scene.objects, (o) => o.kind));
  return object && ask(object, scene);
};
const asks: Readonly<Record<QuestionName, Ask>> = {
  /** Half yes; of the noes, half have the kind in another colour and half the colour on another kind, where there are such. */
  attribute: ({ objects }, rng) => {
    const [a, b] = [rng.pick(objects), rng.pick(objects)];
    const [kind, colour] = rng.bernoulli(0.5) ? [a.kind, a.colour] : rng.bernoulli(0.5) ? [a.kind, rng.int(colours.length)] : [rng.int(8), b.colour];
    return { prompt: `is there ${/^[aeiou]/.test(colours[colour]!) ? 'an' : 'a'} ${colours[colour]} ${kinds[kind]} ?`, answer: yes(objects.some((o) => o.kind === kind && o.colour === colour)), among: yesNo };
  },
  count: ({ objects }, rng) => {
    const kind = rng.bernoulli(0.5) ? undefined : rng.bernoulli(0.7) ? rng.pick(objects).kind : rng.int(8);
    const counted = kind === undefined ? objects : objects.filter((o) => o.kind === kind);
    return { prompt: `how many ${kind === undefined ? '' : `${kinds[kind]} `}objects are there ?`, answer: numberWords[counted.length]!, among: numberWords };
  },
  colour: ofKind((o) => ({ prompt: `what colour is the ${kinds[o.kind]} ?`, answer: colours[o.colour]!, among: colours })),
  texture: ofKind((o) => ({ prompt: `what texture is the ${kinds[o.kind]} ?`, answer: textures[o.texture]!, among: textures })),
  size: ofKind((o) => ({ prompt: `what size is the ${kinds[o.kind]} ?`, answer: sizeNames[o.size]!, among: sizeNames })),
  shape: ({ objects }, rng) => {
    const object = pickFrom(rng, unique(objects, (o) => o.colour));
    return object && { prompt: `what shape is the ${colours[object.colour]} object ?`, answer: kinds[object.kind]!, among: kinds };
  },
  at: ({ objects, side }, rng) => {
    const object = pickFrom(rng, unique(objects, (o) => positionOf(o, side)));
    const where = object && positionNames[positionOf(object, side)];
    return object && { prompt: `what colour is the object at the ${where} ?`, answer: colours[object.colour]!, among: colours };
  },
  position: ofKind((o, { side }) => ({ prompt: `where is the ${kinds[o.kind]} ?`, answer: positionNames[positionOf(o, side)]!, among: positionNames })),
  /** Only of objects whose middles are a tenth of the side apart from left to right. */
  relation: ({ objects, side }, rng) => {
    const lone = unique(objects, (o) => o.kind);
    const a = pickFrom(rng, lone);
    const b = a && pickFrom(rng, lone.filter((o) => Math.abs(o.x - a.x) > side / 10));
    return a && b && { prompt: `is the ${kinds[a.kind]} left of the ${kinds[b.kind]} ?`, answer: yes(a.x < b.x), among: yesNo };
  },
  background: ({ background }) => ({ prompt: 'what colour is the background ?', answer: tones[background.tone]!, among: tones }),
};
/** A question of one sort about a scene, or nothing if the scene has no single right answer to any. */
export const askAbout = (name: QuestionName, scene: Scene, rng: Random): Question | undefined => asks[name](scene, rng);

export interface Choice {
  /** The question with four options: "what colour is the ring ? A : red B : blue C : pink D : green answer". */
  readonly prompt: string;
  /** The right one's letter. */
  readonly answer: string;
  readonly options: readonly string[];
  readonly right: number;
}
/** The question with its answer among four, at a random letter. Options that may be wrong come from `from`. */
export function asChoice({ prompt, answer, among }: Question, rng: Random, from: readonly string[] = among): Choice {
  const others = from.filter((word) => word !== answer);
  const wrong = Array.from(rng.fork('wrong').permutation(others.length).subarray(0, letters.length - 1), (k) => others[k]!);
  const right = rng.fork('place').int(wrong.length + 1);
  const options = [...wrong.slice(0, right), answer, ...wrong.slice(right)];
  return { prompt: `${prompt} ${options.map((word, k) => `${letters[k]} : ${word}`).join(' ')} answer`, answer: letters[right]!, options, right };
}
/** Sentences put before a question that speak for a wrong answer: the first in training, the second only to test. */
export const misleadingTemplates = ['this seems to depict a {} .', 'someone says it is {} .'] as const;
export const misleadingPrefix = (wrong: string, template: 0 | 1): string => misleadingTemplates[template].replace('{}', wrong);
