/** A few pictures of one subject that no other scene has, on different backgrounds; and of its class, for comparison. */
import { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { captionOf } from './captions';
import { checkWorld } from './check-world';
import { kinds } from './kinds';
import { colours } from './parts';
import { renderScene } from './render';
import { toTensor } from './set';
import { type Subject, subjectOf } from './subject';
import { drawScene, type Scene, type Side, tones } from './world';

export interface SubjectOptions {
  readonly seed: number;
  readonly split: string;
  /** Which subject; each number has a look of its own. */
  readonly number: number;
  readonly count: number;
  readonly side: Side;
  /** Indices into `patterns`; absent: plain alone. */
  readonly patterns?: readonly number[];
}
export interface SubjectSet {
  readonly subject: Subject;
  readonly scenes: readonly Scene[];
  /** [n, 3, side, side] float32 in [-1, 1]. */
  readonly x: Tensor;
  /** "a <subject> circle on plain navy". */
  readonly captions: readonly string[];
}
/** "a <subject> circle": what a model is taught to draw; and "a circle": what it must still draw as before. */
export const subjectPrompts = (number: number): { readonly subject: string; readonly class: string } => ({ subject: `a <subject> ${kinds[subjectOf(number).kind]}`, class: `a ${kinds[subjectOf(number).kind]}` });

/** Tones take turns from a random one on, so up to eight pictures have eight tones. @throws InputError for a side that cannot be */
export function makeSubject({ seed, split, number, count, side, patterns: allowed = [0] }: SubjectOptions): SubjectSet {
  const subject = subjectOf(number);
  const options = { side, objects: [1, 1] as const, kinds: [subject.kind], patterns: allowed };
  checkWorld(options);
  const root = Random.seed(seed).fork('subject', number, split);
  const turn = root.fork('tones').int(tones.length);
  const x = new Float32Array(count * 3 * side * side);
  const scenes = Array.from({ length: count }, (_, i): Scene => {
    const scene = drawScene(root.fork(i), { ...options, tones: [(turn + i) % tones.length] });
    const shown = { ...scene, objects: scene.objects.map((object) => ({ ...object, subject })) };
    toTensor(renderScene(shown).image, x, i);
    return shown;
  });
  return { subject, scenes, x: tensor(x, [count, 3, side, side]), captions: scenes.map((scene) => captionOf(scene, 'background')) };
}
/** What a subject is, in words: "a red and blue circle with a notch". */
export const describeSubject = ({ kind, colours: [a, b] }: Subject): string => `a ${colours[a]} and ${colours[b]} ${kinds[kind]} with a notch`;
