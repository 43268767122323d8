/** The library's worker: answers questions one after another. It starts when the library is first opened. */
import { toProblem } from '../base/errors';
import { allowOwnScriptsAlone } from '../base/trusted';
import type { Executor } from '../engine/executor';
import { indexedBlobs } from '../keep/indexed-db';
import { createWasmExecutor } from '../runtime/wasm';
import type { LibraryReply, LibraryRequest, LibraryStop, PartOf, Question } from '../spec/library';
import { fetchAsset } from './assets';
import { RunControl } from './control';
import { answers, type LibraryHost } from './library';

allowOwnScriptsAlone();
let executor: Promise<Executor> | undefined;
const host: Omit<LibraryHost, 'control'> = { asset: fetchAsset, executor: () => (executor ??= createWasmExecutor()), blobs: indexedBlobs() };
let queue: Promise<unknown> = Promise.resolve();
/** What is being answered. */
let current: { readonly id: number; readonly control: RunControl } | undefined;

async function answer(request: LibraryRequest): Promise<LibraryReply> {
  const control = new RunControl();
  current = { id: request.id, control };
  try {
    // A question and its asks belong together, which the compiler cannot follow through a union.
    const find = answers[request.question] as (asks: unknown, at: LibraryHost, part: (part: PartOf<Question>) => void) => Promise<Extract<LibraryReply, { answer: unknown }>['answer']>;
    return { id: request.id, answer: await find(request.asks, { ...host, control }, (part) => self.postMessage({ id: request.id, part } satisfies LibraryReply)) };
  } catch (error) {
    return { id: request.id, problem: toProblem(error) };
  }
}
self.addEventListener('message', ({ data }: MessageEvent<LibraryRequest | LibraryStop>) => {
  if ('stop' in data) {
    if (current?.id === data.stop) current.control.stop();
    return;
  }
  queue = queue.then(async () => self.postMessage(await answer(data)));
});
