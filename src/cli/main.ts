/** The command line. `main` returns the exit status: 0, or 1 with one line on standard error. */
import { parseArgs } from 'node:util';
import { InputError, StippleError } from '../base/errors';
import { cards } from '../methods/cards';
import { limits } from '../spec/experiment';
import { wasBroken } from '../spec/lights';
import { writeLink } from '../spec/link';
import { conformance, showConformance } from './conformance';
import { dataCommand, dataHelp } from './data';
import { readUserFiles } from './files';
import { infer } from './infer';
import { filesHelp, look } from './look';
import { lessonsCommand, lessonsHelp } from './lessons';
import { lightState, lightText } from './lights';
import { makeModels } from './models';
import { executorNamed } from './run-model';
import { showTrained, train } from './train';
import { parseTrain, trainHelp } from './train-arguments';
import { claims, showClaim, writeClaims } from './claims';
import { readExperiment, run, table } from './run';
import { sweepCommand, sweepHelp } from './sweep';

const help = `stipple: the laboratory without the page

  stipple list                          the methods, one a line
  stipple run LINK|FILE|METHOD          run an experiment
      --backend wasm                    WASM is the only provider here
      --threads N                       WASM threads; bits are those of N threads (1)
      --seeds N --seed S                seeds S, S+1, ..., S+N-1
      --file F                          a file that the experiment reads (repeat for more): a path, a folder, an address, set:NAME
      --journal DIR                     keep the run there as it goes; one that was cut off goes on from there, with the same bits
      --json                            the result as JSON on standard output
  stipple claim METHOD ... | --all      run claim checks: verdict and figures
      --seeds N (5) --seed S (1) --json
      --jobs N                          so many runs at a time, each in a process of its own (1)
      --write                           put the figures into docs/claims.md and, with --all, the README
${sweepHelp}${lessonsHelp}${dataHelp}${filesHelp}${trainHelp}  stipple infer MODEL.onnx              run an ONNX file on arrays
      --inputs IN.npz --outputs OUT.npz arrays under the names of its inputs; those of its outputs
      --executor wasm|reference (wasm)
  stipple conformance DIR               run a folder of ONNX's backend tests: passed, failed, unsupported
      --executor wasm|reference (wasm) --json
  stipple models [ID ...]               remake the checkpoints in models/
      --check                           compare hashes only, write nothing
      --table                           write the table in docs/data-and-models.md, make nothing
`;

export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    // Ours are sentences for the user; anything else is a defect, and its stack says where.
    process.stderr.write(`${error instanceof StippleError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [command = 'help', ...rest] = argv;
  if (command === 'train') return trainCommand(rest); // its options are its own, as are those of data and sweep
  if (command === 'data') return dataCommand(rest);
  if (command === 'sweep') return sweepCommand(rest);
  if (command === 'lessons') return lessonsCommand(rest);
  if (command === 'files') {
    process.stdout.write(`${await look(rest)}\n`);
    return 0;
  }
  const { values, positionals } = parse(rest);
  const count = (name: string, text: string | undefined, fallback: number, max: number): number => {
    if (text === undefined) return fallback;
    if (!/^\d+$/.test(text) || Number(text) > max) throw new InputError(`--${name} must be a whole number up to ${max}, but "${text}" came.`);
    return Number(text);
  };
  switch (command) {
    case 'list':
      process.stdout.write(values.json ? `${JSON.stringify(Object.values(cards), null, 2)}\n` : Object.values(cards).map((c) => `${c.id.padEnd(14)} ${c.family.padEnd(9)} ${c.title}: ${c.claim}\n`).join(''));
      return 0;
    case 'run': {
      const [what] = positionals;
      if (!what) throw new InputError(`stipple run needs a link, a file or a method.\n\n${help}`);
      if (values.backend !== undefined && values.backend !== 'wasm' && values.backend !== 'auto') throw new InputError(`--backend ${values.backend}: the command line has WASM alone. Use --backend wasm.`);
      const read = await readExperiment(what);
      for (const note of read.notes) process.stderr.write(`${note}\n`);
      const { refs, files } = await readUserFiles(values.file ?? []);
      const experiment = {
        ...read.experiment,
        backend: 'wasm' as const,
        threads: Math.max(1, count('threads', values.threads, read.experiment.threads, limits.threads)),
        seed: count('seed', values.seed, read.experiment.seed, limits.seed),
        seeds: Math.max(1, count('seeds', values.seeds, read.experiment.seeds, limits.seeds)),
        files: read.experiment.files.length > 0 ? read.experiment.files : refs,
      };
      const result = await run({ experiment, files, quiet: values.json ?? false, ...(values.journal !== undefined && { journal: values.journal }) });
      const card = cards[experiment.method]!;
      if (values.json) process.stdout.write(`${JSON.stringify({ experiment, result, link: writeLink(card, experiment, result.proof) }, null, 2)}\n`);
      else {
        process.stdout.write(`${table(card, result.outcomes)}\n`);
        for (const light of result.lights) process.stdout.write(`${lightState(light)} ${lightText(card, light)}\n`);
        process.stdout.write(`fingerprint ${result.proof.fingerprint} (${result.proof.provider}), ${(result.elapsedMs / 1000).toFixed(1)} s\n${writeLink(card, experiment, result.proof)}\n`);
      }
      if (read.proof && read.proof.provider === 'wasm' && !values.seed && !values.seeds && !values.threads) {
        const same = read.proof.fingerprint === result.proof.fingerprint;
        process.stderr.write(same ? 'The bits agree with the link.\n' : `The bits differ from the link's: ${read.proof.fingerprint} there, ${result.proof.fingerprint} here.\n`);
        if (!same) return 1;
      }
      return result.lights.some(wasBroken) ? 1 : 0;
    }
    case 'claim': {
      const ids = values.all ? Object.keys(cards) : positionals;
      if (ids.length === 0) throw new InputError('stipple claim needs a method, or --all.');
      const reports = await claims(ids, { seeds: Math.max(1, count('seeds', values.seeds, 5, limits.seeds)), firstSeed: count('seed', values.seed, 1, limits.seed), jobs: Math.max(1, count('jobs', values.jobs, 1, 64)), quiet: values.json ?? false });
      process.stdout.write(values.json ? `${JSON.stringify(reports, null, 2)}\n` : `${reports.map(showClaim).join('\n')}\n`);
      if (values.write) await writeClaims(reports);
      return 0; // an honest "does not hold here" is a result, not a failure
    }
    case 'infer': {
      const [model] = positionals;
      if (!model || !values.inputs || !values.outputs) throw new InputError(`stipple infer needs a model, --inputs and --outputs.\n\n${help}`);
      const notes = await infer({ model, inputs: values.inputs, outputs: values.outputs, executor: executorNamed(values.executor) });
      for (const note of notes) process.stderr.write(`${note}\n`);
      return 0;
    }
    case 'conformance': {
      const [folder] = positionals;
      if (!folder) throw new InputError(`stipple conformance needs a folder of tests.\n\n${help}`);
      const report = await conformance(folder, executorNamed(values.executor), values.json || !process.stderr.isTTY ? undefined : (done, all) => process.stderr.write(`\r${done} of ${all}${done === all ? '\n' : ''}`));
      process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : showConformance(report)}\n`);
      return report.failed > 0 ? 1 : 0;
    }
    case 'models': return makeModels(positionals, { check: values.check ?? false, table: values.table ?? false });
    case 'help': case '--help': case '-h':
      process.stdout.write(help);
      return 0;
    default: throw new InputError(`There is no command "${command}".\n\n${help}`);
  }
}

async function trainCommand(rest: readonly string[]): Promise<number> {
  const given = parseTrain(rest);
  const report = await train(given, (line) => given.json || process.stderr.write(`${line}\n`));
  process.stdout.write(`${given.json ? JSON.stringify(report, null, 2) : showTrained(report)}\n`);
  return 0;
}
function parse(rest: string[]) {
  try {
    return parseArgs({
      args: rest,
      allowPositionals: true,
      options: { backend: { type: 'string' }, threads: { type: 'string' }, seeds: { type: 'string' }, seed: { type: 'string' }, jobs: { type: 'string' }, journal: { type: 'string' }, file: { type: 'string', multiple: true }, executor: { type: 'string' }, inputs: { type: 'string' }, outputs: { type: 'string' }, json: { type: 'boolean' }, all: { type: 'boolean' }, check: { type: 'boolean' }, table: { type: 'boolean' }, write: { type: 'boolean' } },
    });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
}
