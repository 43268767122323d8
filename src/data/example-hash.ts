/**
 * Fingerprints of generators: what tells whether two machines, or two versions, draw the same examples. Each set has a table of them
 * beside it, one for its defaults and one for every knob at each end of its range; `stipple data --hashes` writes it.
 */
import { InputError } from '../base/errors';
import { Fingerprint } from '../base/hash';
import { openDataset, type Dataset, type Example, type Field } from '../spec/dataset';
import { defaultsOf, type Knob, type KnobValue } from '../spec/knobs';
import type { Tensor } from '../base/tensor';

export const isTensor = (field: Field): field is Tensor => typeof field === 'object' && 'data' in field && ArrayBuffer.isView(field.data);

/** All that an example holds, names and dtypes and shapes with it, in the order of its names. */
export function exampleHash(example: Example): string {
  const print = new Fingerprint();
  addField(print, example);
  return print.hex();
}
function addField(print: Fingerprint, field: Field): void {
  if (typeof field === 'string') print.addText(`"${field}"`);
  else if (typeof field === 'number') print.addText('n').addWords(new Uint32Array(Float64Array.of(field).buffer));
  else if (typeof field === 'boolean') print.addText(field ? 'true' : 'false');
  else if (isTensor(field)) {
    const { dtype, shape, data } = field;
    print.addText(`${dtype}[${shape.join()}]`).addWords(data instanceof Uint8Array ? Uint32Array.from(data) : new Uint32Array(data.buffer, data.byteOffset, data.length));
  } else if (Array.isArray(field)) {
    print.addText(`[${field.length}]`);
    for (const item of field as readonly Field[]) addField(print, item); // Array.isArray widens readonly arrays to any[]
  } else {
    for (const [name, value] of Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1))) addField(print.addText(`{${name}}`), value);
  }
}

/** One knob moved away from its default. */
export interface Variation {
  /** 'defaults', or 'knob=value'. */
  readonly name: string;
  readonly knobs: Readonly<Record<string, KnobValue>>;
}
/** The defaults, every option of every choice, every toggle turned, and both ends of every number. Text stays as it is: what it may say is the set's own affair. */
export function variationsOf(set: Dataset): Variation[] {
  const turned = Object.entries(set.knobs).flatMap(([name, knob]) => endsOf(knob).filter((value) => value !== knob.default).map((value) => ({ name: `${name}=${String(value)}`, knobs: { [name]: value } })));
  return [{ name: 'defaults', knobs: {} }, ...turned];
}
function endsOf(knob: Knob): readonly KnobValue[] {
  switch (knob.type) {
    case 'choice': return Object.keys(knob.options);
    case 'toggle': return [true, false];
    case 'text': return [];
    default: return [knob.min, knob.max];
  }
}

/** Which examples are hashed: some near, some far, in two splits. */
const places = [['train', 0], ['train', 1], ['train', 7], ['train', 100], ['test', 0]] as const;
export const hashSeed = 11;

/** Name of each variation -> fingerprint of a few examples, or 'refused' where a set says in words that this end does not go with its other defaults. */
export function hashesOf(set: Dataset, assets: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(variationsOf(set).map(({ name, knobs }) => [name, hashOf(set, knobs, assets)]));
}
function hashOf(set: Dataset, knobs: Variation['knobs'], assets: Readonly<Record<string, Uint8Array>>): string {
  const print = new Fingerprint();
  try {
    const opened = openDataset(set, { seed: hashSeed, knobs: { ...defaultsOf(set.knobs), ...knobs }, assets });
    for (const [split, index] of places) addField(print, opened.example({ seed: hashSeed, split, index }));
  } catch (error) {
    if (error instanceof InputError) return 'refused';
    throw error;
  }
  return print.hex();
}
