/**
 * Graph capture: a session records the commands of its first run and replays them, which is several times less work for the CPU in each
 * step. A replay that is wrong is silent, so a program is replayed only after it has agreed with plain steps here, on this device.
 */
import { noise } from '../base/noise';
import { Random } from '../base/random';
import { sizeOf, type Tensor } from '../base/tensor';
import type { Feed, Session } from '../engine/executor';
import type { Program } from '../engine/program';
import { inputOp } from '../engine/value';
import { programOutputs } from '../engine/verify';

/**
 * Whether replays can be right at all: a program that carries state, none of whose outputs is one of its inputs. The library hands
 * such an output out as the input's buffer, under a handle that is no longer its own at the next run.
 */
export const canRecord = (program: Program): boolean => Object.keys(program.state).length > 0 && programOutputs(program).every(([, { op }]) => op !== inputOp);

/** Steps that must agree: the recording, the first replay, and one whose state comes from a replay. */
const STEPS = 3;

/** Feeds of a trial step: other numbers at every step, so that a replay of old ones shows. Integers are 0: they may be indices. */
function trialFeeds(program: Program, step: number): Record<string, Feed> {
  const stream = Random.seed(0).fork('capture');
  return Object.fromEntries(
    Object.entries(program.feeds).map(([name, { dtype, shape }]): [string, Feed] => {
      if (dtype === 'float32') return [name, noise(stream.fork(name), step, { kind: 'uniform' })];
      return [name, { dtype, shape, data: dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Uint8Array(sizeOf(shape)) }];
    }),
  );
}
/** What differs, bit for bit (NaN is NaN), or undefined. */
const differing = (a: Readonly<Record<string, Tensor>>, b: Readonly<Record<string, Tensor>>): string | undefined =>
  Object.keys(a).find((name) => !a[name]!.data.every((v: number, i: number) => Object.is(v, b[name]!.data[i])));

/**
 * Why the recorded session is not to be trusted, or undefined if its steps gave the bits of the plain one's. Both begin with one state,
 * and are left with what the trial made of it.
 */
export async function captureFault(program: Program, plain: Session, recorded: Session): Promise<string | undefined> {
  try {
    for (let step = 0; step < STEPS; step++) {
      const feeds = trialFeeds(program, step);
      const output = differing(await plain.run(feeds), await recorded.run(feeds));
      if (output !== undefined) return `output "${output}" of ${step === 0 ? 'the recorded step' : `replay ${step}`} differs from the plain step's`;
      for (const name of Object.keys(program.state))
        if (differing({ [name]: await plain.read(name) }, { [name]: await recorded.read(name) }) !== undefined) return `state "${name}" after ${step === 0 ? 'the recorded step' : `replay ${step}`} differs from the plain step's`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
