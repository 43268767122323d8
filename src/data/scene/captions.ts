/** Sentences that are true of a scene. */
import type { Random } from '../../base/random';
import { kinds } from './kinds';
import { colours, textures } from './parts';
import { patterns, type Scene, type SceneObject, sizeNames, tones } from './world';

/**
 * clauses: "a red circle , a blue star ."; list: "a photo of a red circle and a blue star"; full: "a small red striped circle on a plain navy background";
 * background: "a red striped circle on plain navy" (the main object alone); shape: "a photo of a circle" (the main object's kind alone).
 */
export const captionTemplates = ['clauses', 'list', 'full', 'background', 'shape'] as const;
export type CaptionTemplate = (typeof captionTemplates)[number];

const withArticle = (words: string): string => `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
/** "red circle"; a subject is "<subject> circle". */
export const nameOf = ({ kind, colour, subject }: SceneObject): string => `${subject ? '<subject>' : colours[colour]} ${kinds[kind]}`;
/** "small red striped circle" */
export const fullNameOf = (object: SceneObject): string =>
  object.subject ? nameOf(object) : `${sizeNames[object.size]} ${colours[object.colour]} ${textures[object.texture]} ${kinds[object.kind]}`;
/** "plain navy" */
export const backgroundName = ({ background }: Pick<Scene, 'background'>): string => `${patterns[background.pattern]} ${tones[background.tone]}`;

/** One caption. Objects are told in the order in which they lie, left to right. */
export function captionOf(scene: Scene, template: CaptionTemplate): string {
  const main = scene.objects[scene.main]!;
  const inOrder = scene.objects.slice().sort((a, b) => a.x - b.x);
  switch (template) {
    case 'clauses': return `${inOrder.map((object) => withArticle(nameOf(object))).join(' , ')} .`;
    case 'list': return `a photo of ${inOrder.map((object) => withArticle(nameOf(object))).join(' and ')}`;
    case 'full': return `${inOrder.map((object) => withArticle(fullNameOf(object))).join(' and ')} on ${withArticle(backgroundName(scene))} background`;
    case 'background': return `${withArticle(main.subject ? nameOf(main) : `${colours[main.colour]} ${textures[main.texture]} ${kinds[main.kind]}`)} on ${backgroundName(scene)}`;
    case 'shape': return `a photo of ${withArticle(kinds[main.kind]!)}`;
  }
}
/** A caption in a template drawn from those given. */
export const drawCaption = (scene: Scene, rng: Random, templates: readonly CaptionTemplate[] = captionTemplates): string => captionOf(scene, rng.pick(templates));
/** Words of the longest caption that `objects` objects can have, start and end included. */
export const longestCaption = (objects: number): number => 2 + 6 * objects + 4;
