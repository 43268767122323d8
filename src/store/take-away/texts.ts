/** What is said of files that are taken away, on the page and in the README beside them. */
import type { TakeAwayInfo, TensorInfo } from '../../spec/take-away';

export type Kind = 'experiment' | 'results' | 'curves' | 'params' | 'masks' | 'step' | 'model' | 'start' | 'script';
export const takeTexts = {
  kinds: {
    experiment: 'Experiment', results: 'Results', curves: 'Curves', params: 'Params', masks: 'Masks', step: 'Training steps', model: 'Forward models', start: 'Where trainings began', script: 'To run it elsewhere',
  } satisfies Record<Kind, string>,
  says: {
    experiment: 'the experiment; the page opens it again', link: 'the link that opens it', resultsCsv: 'every outcome of every arm and seed', resultsJson: 'outcomes, what holds by construction, and the proof of the run',
    curve: (metric: string) => `${metric}, every point of every arm and seed`,
    params: (arm: string, seed: number) => `trained params, ${arm}, seed ${seed}`,
    masks: (arm: string, seed: number) => `masks, ${arm}, seed ${seed}: 1 kept, 0 removed`,
    step: (name: string) => `one training step of ${name}: forward, backward and optimiser in one graph`,
    model: (name: string, arm: string, seed: number) => `${name} with the params of its last evaluation, ${arm}, seed ${seed}`,
    initial: (arm: string, seed: number) => `state before the first step, ${arm}, seed ${seed}`,
    batches: (arm: string, seed: number) => `what its first steps were fed with, ${arm}, seed ${seed}`,
    frozen: (name: string) => `params that ${name} reads and never changes`,
    script: 'Python: repeats those steps on numpy and onnxruntime, compares them with the run, and trains on', readme: 'names of inputs and outputs, and how to use all this', info: 'the same for a program',
  },
  shared: 'not from one training of the run (where trainings begin, say)',
  noTrainings: 'Trainings and their steps: none was done since the page was loaded last. Either all of them were answered from the journal, so that another run brings them, or the method trains nothing step by step.',
  without: (seeds: readonly number[]) => `Trainings of ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}: done before the page was loaded last, and answered from the journal. Run again to have them.`,
  noGraphs: (why: string) => `Graphs and params are not among it. ${why}`,
  beforeRun: 'After a run, its results, curves, params and graphs come along.',
} as const;

const line = (name: string, { dtype, shape }: TensorInfo): string => `\`${name}\` ${dtype} [${shape.join(', ')}]`;
const list = (values: Readonly<Record<string, TensorInfo>>): string => Object.entries(values).map(([name, info]) => line(name, info)).join(', ') || 'none';

/** The README in Markdown. */
export function readme({ title, link, when, provider, info, problem, without = [] }: { readonly title: string; readonly link: string; readonly when: string; readonly provider?: string; readonly info?: TakeAwayInfo; readonly problem?: string; readonly without?: readonly number[] }): string {
  const parts = [
    `# ${title}`,
    `Taken away from Stipple on ${when}. Everything was made on this computer. The experiment is \`${link}\`; \`experiment.stipple.json\` opens it again, and its proof repeats the run${provider ? ` (it ran on ${provider})` : ''}.`,
    '| file | what it is |\n|---|---|\n| `experiment.stipple.json`, `link.txt` | the experiment |\n| `results.csv`, `results.json` | outcomes; lights and proof |\n| `curves/*.csv` | every point: arm, seed, step, value |',
  ];
  if (problem) parts.push(problem);
  if (info && info.trainings.length > 0) {
    parts.push(
      '## Training steps',
      'A step is one ONNX graph (opset 21): forward, backward and optimiser together. It is the graph that the run was given on WASM; on WebGPU the same step was written for its kernels. '
      + 'Params are one flat vector `theta`; `layout` in `take-away.json`, and in the metadata of each graph, says what lies where (name, shape, offset, size, row-major). '
      + 'State is carried: each state `NAME` has the output `NAME.next`, to be given back as `NAME`. Constants stay. Feeds are the batch and the optimiser\'s scalars, `step.NAME`, which change from step to step (learning rate, bias corrections).',
      ...info.steps.map((s) => `### \`${s.file}\`\n\n- state: ${list(s.state)}\n- constants: ${list(s.constants)}\n- feeds: ${list(s.feeds)}\n- outputs: ${s.outputs.map((name) => `\`${name}\`${s.losses.includes(name) ? ' (loss)' : ''}`).join(', ')}, and ${Object.keys(s.state).map((name) => `\`${name}.next\``).join(', ')}`),
      '## Trainings',
      '`initial` is the state before the first step: a state that is not in the file is zero. `batches` holds what the first steps were fed with, each tensor with a leading axis of steps. `params` are the trained params by name; for a training that had not ended, as they stood.',
      `| arm | seed | steps | step | initial | batches | params |\n|---|---|---|---|---|---|---|\n${info.trainings.map((t) => `| ${t.label} (\`${t.arm}\`) | ${t.seed} | ${t.taken} of ${t.steps} | \`${t.step}\` | \`${t.initial}\`${t.frozen ? `, \`${t.frozen}\`` : ''} | \`${t.batches}\` | ${t.params ? `\`${t.params}\`` : 'none'} |`).join('\n')}`,
      'Repeat the first steps and compare them with the run:',
      `\`\`\`sh\npip install numpy onnxruntime\npython train.py\npython train.py ${info.trainings[0]!.arm} --seed ${info.trainings[0]!.seed}\n\`\`\``,
      'On another version of onnxruntime, or with other kernels, sums are rounded in another order: the first steps agree to about six digits.',
    );
  }
  if (info && info.models.length > 0) parts.push('## Forward models', 'Each has the params of its last evaluation inside, under their own names.', `| file | inputs | outputs |\n|---|---|---|\n${info.models.map((m) => `| \`${m.file}\` | ${list(m.inputs)} | ${list(m.outputs)} |`).join('\n')}`);
  if (info && info.masks.length > 0) parts.push('## Masks', 'BOOL tensors under the names of what they mask: 1 kept, 0 removed. Either the method held them as numbers, or they say where a matrix of a forward model is not exactly zero.', `| file | kept |\n|---|---|\n${info.masks.map((m) => `| \`${m.file}\` | ${(100 * m.density).toFixed(2)} % |`).join('\n')}`);
  if (info && info.leftOut > 0) parts.push(`${info.leftOut} further trainings or models of the run are not here: of each arm and seed the first training and the last three are kept, and 512 MB in all.`);
  if (info) {
    parts.push('## What is not here', [
      ...(info.trainings.length === 0 ? [`- ${takeTexts.noTrainings}`] : []),
      ...(without.length > 0 ? [`- ${takeTexts.without(without)}`] : []),
      '- What a method computes with graphs of its own beside trainings and forward models (statistics, merges, kernels): their results are among the outcomes, the graphs are not here.',
    ].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}
