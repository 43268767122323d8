/** The library's worker: answers questions one after another. It starts when the library is first opened. */
import { toProblem } from '../base/errors';
import { allowOwnScriptsAlone } from '../base/trusted';
import type { Executor } from '../engine/executor';
import { createWasmExecutor } from '../runtime/wasm';
import type { LibraryReply, LibraryRequest } from '../spec/library';
import { fetchAsset } from './assets';
import { answers, type LibraryHost } from './library';

allowOwnScriptsAlone();
let executor: Promise<Executor> | undefined;
const host: LibraryHost = { asset: fetchAsset, executor: () => (executor ??= createWasmExecutor()) };
let queue: Promise<unknown> = Promise.resolve();

async function answer(request: LibraryRequest): Promise<LibraryReply> {
  try {
    // A question and its asks belong together, which the compiler cannot follow through a union.
    const find = answers[request.question] as (asks: unknown, at: LibraryHost) => Promise<Extract<LibraryReply, { answer: unknown }>['answer']>;
    return { id: request.id, answer: await find(request.asks, host) };
  } catch (error) {
    return { id: request.id, problem: toProblem(error) };
  }
}
self.addEventListener('message', ({ data }: MessageEvent<LibraryRequest>) => {
  queue = queue.then(async () => self.postMessage(await answer(data)));
});
