import { expect, test } from 'vitest';
import { RuntimeProblem } from '../base/errors';
import type { Session } from '../engine/executor';
import { captureFault } from './capture';
import { createReferenceExecutor } from './reference';
import { counting } from './test-programs';

const { program, initial } = counting();
const load = (): Promise<Session> => createReferenceExecutor().load(program, initial);
const changed = (session: Session, change: Partial<Session>): Session => Object.assign(Object.create(session) as Session, change);

test('a recording is trusted if every bit of outputs and state agrees', async () => {
  expect(await captureFault(program, await load(), await load())).toBeUndefined();
});
test('a replay of old feeds is found, and so is a state that does not move', async () => {
  const session = await load();
  let first: Parameters<Session['run']>[0] | undefined;
  const stale = changed(session, { run: (feeds) => session.run((first ??= feeds)) });
  expect(await captureFault(program, await load(), stale)).toMatch(/of replay 1 differs from the plain step's$/);
  const other = await load();
  const stuck = changed(other, { run: async (feeds) => { const made = await other.run(feeds); await other.write('s', initial.s!); return made; } });
  expect(await captureFault(program, await load(), stuck)).toBe("state \"s\" after the recorded step differs from the plain step's");
});
test('a recording that fails is not trusted, and says why', async () => {
  const failing = changed(await load(), { run: () => Promise.reject(new RuntimeProblem('no device')) });
  expect(await captureFault(program, await load(), failing)).toBe('no device');
});
