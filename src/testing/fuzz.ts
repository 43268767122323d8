/** Mutants of one parser read one after another, each announced before it is read: whoever watches knows which one never ended. */
import { judged, type Verdict } from './parser';
import { parserRow } from './parsers';
import { keepRegression } from './regressions';
import { smallestOf } from './shrink';

export type Told =
  | { readonly begun: number; readonly name: string }
  | { readonly number: number; readonly name: string; readonly kind: Verdict['kind']; readonly what?: string; readonly message?: string; readonly ms: number; readonly compared?: boolean; readonly kept?: string };

const kindOf = ({ what, message }: { readonly what: string; readonly message: string }): string => `${what} ${message.replaceAll(/\d+/g, '#').slice(0, 120)}`;
/** Sound samples come first where `first` is 0; they are told of only if they fail. @param save keep failures, one of a kind, as small as they get, among the regressions */
export async function fuzz(id: string, first: number, end: number, seed: number, save: boolean, tell: (told: Told) => Promise<void>): Promise<void> {
  const parser = await parserRow(id).open(true);
  const saved = new Set<string>();
  const look = async (number: number, name: string, input: Parameters<typeof judged>[1]): Promise<Told> => {
    const verdict = await judged(parser, input);
    const isNew = verdict.kind === 'failed' && save && !saved.has(kindOf(verdict));
    if (isNew) saved.add(kindOf(verdict));
    return { number, name, ...verdict, ...(isNew && { kept: keepRegression(id, `${name.replace(/:.*/, '')}-${seed}-${number}`, await smallestOf(parser, input, verdict.what)) }) };
  };
  if (first === 0)
    for (const [i, sample] of parser.samples.entries()) {
      await tell({ begun: -1, name: `sample ${i}` });
      const told = await look(-1, `sample ${i}`, sample);
      if ('kind' in told && told.kind === 'failed') await tell(told);
    }
  for (let number = first; number < end; number++) {
    const { name, input } = parser.mutant(seed, number);
    await tell({ begun: number, name });
    await tell(await look(number, name, input));
  }
}
/** Keeps a mutant that ended the process which read it, or never came to an end, as it is. */
export async function keepMutant(id: string, seed: number, number: number): Promise<string> {
  const { name, input } = (await parserRow(id).open(true)).mutant(seed, number);
  return keepRegression(id, `${name.replace(/:.*/, '')}-${seed}-${number}`, input);
}
