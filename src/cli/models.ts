/** `stipple models`: remakes the checkpoints in `models/` from their recipes, and says whether hashes agree. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../base/errors';
import { sha256 } from '../base/hash';
import { encodeModel } from '../engine/onnx/model';
import { readCheckpoint, writeModel } from '../engine/onnx/writer';
import { createLab } from '../lab/create-lab';
import type { Recipe } from '../lab/recipe';
import { silent } from '../lab/silent';
import { createWasmExecutor } from '../runtime/wasm';
import type { Measure, ModelCard } from '../spec/model-card';
import { RunControl } from '../worker/control';
import { readAsset, root, writeSection } from './files';

const recipes = import.meta.glob<{ recipe: Recipe }>(['../recipes/*.ts', '!../recipes/*.test.ts'], { eager: true });

/** 'held-out accuracy 0.997 (chance 0.038)'. */
const sayMeasure = ({ name, value, baseline }: Measure): string => `${name} ${value.toPrecision(4)} (${baseline.name} ${baseline.value.toPrecision(4)})`;

/** Those named; without names all whose file ships. `check` compares hashes and writes nothing, `table` writes the docs' table and makes nothing. */
export async function makeModels(ids: readonly string[], { check, table = false }: { check: boolean; table?: boolean }): Promise<number> {
  if (table) return writeTable();
  const all = Object.values(recipes).flatMap((module) => (module.recipe ? [module.recipe] : []));
  const unknown = ids.find((id) => !all.some((r) => r.id === id));
  if (unknown) throw new InputError(`There is no model "${unknown}". There are: ${all.map((r) => r.id).join(', ')}.`);
  let differing = 0;
  const shipped = new Set((await shippedCards()).map(({ id }) => id));
  for (const recipe of all.filter((r) => (ids.length === 0 ? shipped.has(r.id) : ids.includes(r.id)))) {
    const began = performance.now();
    const spent = process.cpuUsage();
    const executor = await createWasmExecutor();
    const { lab, close } = createLab(
      {
        backends: { choose: async () => executor, current: async () => executor },
        sink: {
          ...silent,
          point: (arm, _, metric, step, value) => step % 50 === 0 && process.stderr.write(`\n${arm} ${metric} at step ${step}: ${value.toPrecision(4)}`),
          progress: (share, label) => {
            if (!process.stderr.isTTY) return;
            const elapsed = (performance.now() - began) / 1000;
            process.stderr.write(`\r\x1b[K${recipe.id}: ${Math.floor(share * 100)} % ${label}, ${Math.round(elapsed)} s, ${Math.round((elapsed / share) * (1 - share))} s left`);
          },
        },
        control: new RunControl(),
        asset: readAsset,
        files: [],
        now: () => performance.now(),
      },
      recipe.seed,
      [],
    );
    const made = await recipe.make(lab);
    const about = { title: recipe.title, seed: String(recipe.seed), spec: JSON.stringify(recipe.spec), licence: 'MIT' };
    const bytes = 'file' in made ? encodeModel({ ...made.file, metadata: about }) : writeModel(made.program, made.params, about);
    const hash = await sha256(bytes);
    const { params } = readCheckpoint(bytes); // what was written is measured
    const measures = await recipe.measure(lab, params);
    await close();
    await executor.close();
    const { user, system } = process.cpuUsage(spent);
    const seconds = Math.round((user + system) / 1e6);
    const cardPath = join(root, 'models', `${recipe.id}.json`);
    const before = await readFile(cardPath, 'utf8').then((text) => JSON.parse(text) as { sha256?: string }, () => undefined);
    const same = before?.sha256 === hash;
    if (before && !same) differing++;
    process.stdout.write(`\n${recipe.id}: ${bytes.length} bytes, sha256 ${hash}, ${before ? (same ? 'the same bytes as before' : `differs from ${before.sha256}`) : 'new'}, ${seconds} s of processor time; ${measures.map(sayMeasure).join('; ')}\n`);
    if (check) continue;
    await mkdir(join(root, 'models'), { recursive: true });
    await writeFile(join(root, 'models', `${recipe.id}.onnx`), bytes);
    const { id, title, base, says, seed, spec } = recipe;
    const count = Object.values(params).reduce((sum, { data }) => sum + data.length, 0);
    const card: ModelCard = { id, title, base, says, seed, spec, measures, params: count, sizeBytes: bytes.length, sha256: hash, seconds, licence: 'MIT', command: `npm run models -- ${id}` };
    await writeFile(cardPath, `${JSON.stringify(card, null, 2)}\n`);
  }
  if (!check) await writeTable();
  return check && differing > 0 ? 1 : 0;
}
async function writeTable(): Promise<number> {
  await writeSection('docs/data-and-models.md', 'models', modelsTable(await shippedCards()));
  return 0;
}

/** The cards of all files in `models/`, by their names. */
export async function shippedCards(): Promise<ModelCard[]> {
  const names = (await readdir(join(root, 'models'))).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(root, 'models', name), 'utf8')) as ModelCard)); // written above
}
/** What stands in the docs: a row for each figure. */
export function modelsTable(cards: readonly ModelCard[]): string {
  const size = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  const rows = cards.flatMap(({ id, title, sizeBytes, seconds, measures }) =>
    measures.map(({ name, value, baseline }, i) => `| ${i === 0 ? `**${id}**: ${title}` : ''} | ${name} | ${Number(value.toPrecision(3))} | ${Number(baseline.value.toPrecision(3))} (${baseline.name}) | ${i === 0 ? `${size(sizeBytes)}, ${seconds} s` : ''} |`),
  );
  return ['| model | on held-out data | it has | for nothing | size, made in |', '|---|---|---|---|---|', ...rows, '', `All together: ${size(cards.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))}. Times are processor time, on one thread.`].join('\n');
}
