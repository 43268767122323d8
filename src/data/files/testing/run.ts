/** Mutants read one after another, each announced before it is read: whoever watches knows which one never ended. */
import { judge } from './judge';
import { mutantOf, readerIds } from './fuzz';

export type Told = { readonly begun: number; readonly name: string } | { readonly number: number; readonly name: string; readonly kind: 'refused' | 'read' | 'failed'; readonly what?: string; readonly message?: string; readonly ms: number };

/** Numbers run over all readers: mutant n is number floor(n / readers) of reader n mod readers. */
export const readerCount = readerIds.length;
export async function fuzz(first: number, end: number, seed: number, tell: (told: Told) => Promise<void>): Promise<void> {
  for (let number = first; number < end; number++) {
    const mutant = mutantOf(readerIds[number % readerCount]!, seed, Math.floor(number / readerCount));
    const name = `${mutant.reader}, ${mutant.name}`;
    await tell({ begun: number, name });
    await tell({ number, name, ...(await judge(mutant.reader, mutant.files)) });
  }
}
