/** The same training step otherwise arranged: k models in one graph, several steps in one run, params each by itself. For measuring. */
import { sizeOf, tensor, type Tensor } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { liftProgram, stack, type LiftOptions } from '../engine/lift';
import { concat, reshape } from '../engine/ops';
import { defineProgram, type Program } from '../engine/program';
import { rewrite } from '../engine/rewrite';
import { input, type Value } from '../engine/value';
import { programOutputs } from '../engine/verify';
import { stepFeeds } from '../lab/training';
import type { Step, Workload } from './workloads';

type Named<T> = Readonly<Record<string, T>>;
const mapped = <A, B>(record: Named<A>, f: (value: A, name: string) => B): Record<string, B> => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));

const repeated = (t: Tensor, k: number): Tensor => stack(Array.from({ length: k }, () => t));
/** k models that share each batch. */
export function ingredients({ program, initial, feeds }: Step, { trainer }: Workload, k: number, options: LiftOptions): Step {
  const shared = Object.keys(trainer.batch);
  return {
    program: liftProgram(program, k, { ...options, shared }),
    initial: mapped(initial, (t) => repeated(t, k)),
    feeds: (step) => mapped(feeds(step), (t, name) => (shared.includes(name) ? t : repeated(t, k))),
  };
}

/** `steps` steps in one run: a feed `x` becomes `x.0`, `x.1`, ...; an output comes as [steps, ...]. */
export function unrolled({ program, initial, feeds }: Step, steps: number): Step {
  return {
    program: unrollProgram(program, steps),
    initial,
    feeds: (run) => Object.assign({}, ...Array.from({ length: steps }, (_, i) => Object.fromEntries(Object.entries(feeds(run * steps + i)).map(([name, t]) => [`${name}.${i}`, t])))) as Named<Tensor>,
  };
}
function unrollProgram(program: Program, steps: number): Program {
  const feeds: Record<string, Value> = {};
  const outputs: Record<string, Value[]> = mapped(program.outputs, () => []);
  let state: Named<Value> = mapped(program.state, (s) => s.input);
  for (let i = 0; i < steps; i++) {
    const now = new Map(Object.entries(program.state).map(([name, s]) => [s.input, state[name]!]));
    for (const [name, value] of Object.entries(program.feeds)) now.set(value, (feeds[`${name}.${i}`] = input(`${name}.${i}`, value.shape, value.dtype)));
    const made = rewrite(programOutputs(program).map(([, value]) => value), (value) => now.get(value));
    for (const [name, value] of Object.entries(program.outputs)) outputs[name]!.push(reshape(made.get(value)!, [1, ...value.shape]));
    state = mapped(program.state, (s) => made.get(s.output)!);
  }
  return {
    name: `${program.name}-${steps}-steps`,
    state: mapped(program.state, (s, name) => ({ input: s.input, output: state[name]! })),
    constants: program.constants,
    feeds,
    outputs: mapped(outputs, (values) => concat(values, 0)),
  };
}

/** Every param a state of its own, with an optimiser of its own: no flat vector, no slices, no concatenated gradient. */
export function perTensor({ trainer, initial, batch, hyper }: Workload): Step {
  const params = initial();
  const slotNames = Object.keys(trainer.optimizer.slots(1));
  const names = Object.keys(params);
  const shapes = Object.fromEntries(names.flatMap((name) => ['theta', ...slotNames].map((part) => [`${part}.${name}`, { shape: params[name]!.shape }])));
  const scalars = mapped(trainer.optimizer.scalars(0, hyper), () => ({ shape: [] as number[] }));
  const program = defineProgram(
    { name: `${trainer.name}-per-tensor`, state: shapes, feeds: { ...trainer.batch, ...Object.fromEntries(Object.entries(scalars).map(([name, spec]) => [`step.${name}`, spec])) } },
    ({ state, feeds }) => {
      const views = Object.fromEntries(names.map((name) => [name, state[`theta.${name}`]!]));
      const { loss } = trainer.loss({ params: views, frozen: {}, average: {}, buffers: {}, batch: mapped(trainer.batch, (_, name) => feeds[name]!) }) as { loss: Value }; // workloads have one loss
      const pieces = gradients(loss, names.map((name) => views[name]!));
      const next = names.map((name, i) => {
        const slots = Object.fromEntries(slotNames.map((slot) => [slot, state[`${slot}.${name}`]!]));
        const made = trainer.optimizer.update({ theta: views[name]!, gradient: pieces[i]!, slots, scalars: mapped(scalars, (_, scalar) => feeds[`step.${scalar}`]!) });
        return { [`theta.${name}`]: made.theta, ...Object.fromEntries(slotNames.map((slot) => [`${slot}.${name}`, made.slots[slot]!])) };
      });
      return { state: Object.assign({}, ...next) as Named<Value>, outputs: { loss } };
    },
  );
  return {
    program,
    initial: mapped(shapes, ({ shape }, name) => (name.startsWith('theta.') ? params[name.slice('theta.'.length)]! : tensor(new Float32Array(sizeOf(shape)), shape))),
    feeds: (step) => stepFeeds(trainer, step, hyper, batch(step)),
  };
}
