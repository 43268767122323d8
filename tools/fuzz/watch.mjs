// Processes that read mutants, watched: one that says nothing for too long, runs out of memory or ends by itself has failed at the mutant that it was at.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Of the child, after which its mutant counts as a hang. Its own limits are processor time; this is by the clock, and other programs may have the processor. */
const silenceMs = 60_000;
const child = fileURLToPath(new URL('child.mjs', import.meta.url));
const start = (args) => fork(child, args.map(String), { execArgv: ['--max-old-space-size=1500'], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });

/** What a child answers to one question. */
export function askChild(...args) {
  return new Promise((resolve, reject) => {
    const process = start(args);
    let [answer, why] = [undefined, ''];
    process.stderr.on('data', (text) => (why += String(text)));
    process.on('message', (message) => (answer = message));
    process.on('exit', () => (answer === undefined ? reject(new Error(why || 'No answer came.')) : resolve(answer)));
  });
}
/** Reads mutants from `start` on, until all are done or one ends the process; resolves with the number to go on from. */
export function watch({ id, start: first, end, seed, save, counting }, note, reached) {
  return new Promise((resolve) => {
    const process = start([counting ? 'count' : 'read', id, first, end, seed, save ? 'save' : '']);
    let [at, mutant, timer, why, said] = [first, '', undefined, '', ''];
    process.stderr.on('data', (text) => {
      said = (said + String(text)).slice(-2000);
      why ||= /heap out of memory|allocation failed/i.test(String(text)) ? 'Memory ran out.' : '';
    });
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        why = `No end after ${ms / 1000} s.`;
        process.kill('SIGKILL');
      }, ms);
    };
    wait(180_000); // the project's code is compiled first
    process.on('message', (message) => {
      wait(silenceMs);
      if (message.reached) return reached(message.reached);
      if (message.begun === undefined) return note(message);
      [at, mutant] = [message.begun, message.name];
    });
    process.on('exit', async (code) => {
      clearTimeout(timer);
      if (code === 0) return resolve(end);
      const kept = save && at >= 0 ? await askChild('keep', id, seed, at).catch(() => undefined) : undefined;
      note({ number: at, name: mutant, kind: 'failed', what: why || `The process ended with code ${code}.`, message: why ? '' : said, ms: 0, kept });
      resolve(Math.max(at, first) + 1);
    });
  });
}
