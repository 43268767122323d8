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
/** Beside those that are drawn by default, picture: "a picture of a red circle", a word of its own to teach a style with. */
export type CaptionTemplate = (typeof captionTemplates)[number] | 'picture';

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
    case 'list': case 'picture': return `a ${template === 'list' ? 'photo' : 'picture'} of ${inOrder.map((object) => withArticle(nameOf(object))).join(' and ')}`;
    case 'full': return `${inOrder.map((object) => withArticle(fullNameOf(object))).join(' and ')} on ${withArticle(backgroundName(scene))} background`;
    case 'background': return `${withArticle(main.subject ? nameOf(main) : `${colours[main.colour]} ${textures[main.texture]} ${kinds[main.kind]}`)} on ${backgroundName(scene)}`;
    case 'shape': return `a photo of ${withArticle(kinds[main.kind]!)}`;
  }
}
/** A caption in a template drawn from those given. */
export const drawCaption = (scene: Scene, rng: Random, templates: readonly CaptionTemplate[] = captionTemplates): string => captionOf(scene, rng.pick(templates));

/** Kinds that a text speaks of, each once, in the order of the text. */
export const kindsIn = (text: string): number[] => [...new Set(text.split(' ').map((word) => kinds.indexOf(word)).filter((kind) => kind >= 0))];
/** Parts of a text between commas, 'and's and full stops: where each begins and ends, in words. */
export function clausesOf(text: string): { readonly words: readonly string[]; readonly first: number }[] {
  const words = text.split(' ').filter((word) => word !== '');
  const clauses: { words: string[]; first: number }[] = [];
  let open = false;
  words.forEach((word, i) => {
    if (word === ',' || word === '.' || word === 'and') open = false;
    else if (open) clauses.at(-1)!.words.push(word);
    else {
      clauses.push({ words: [word], first: i });
      open = true;
    }
  });
  return clauses;
}
/** Kinds that a text speaks of and the scene has not: what CHAIR counts (Rohrbach et al. 2018, arXiv:1809.02156). */
export const hallucinatedKinds = (text: string, { objects }: Pick<Scene, 'objects'>): number[] => kindsIn(text).filter((kind) => objects.every((o) => o.kind !== kind));
