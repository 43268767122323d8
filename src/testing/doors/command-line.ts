/** What the command line reads beside data: an experiment as a file, and what it has kept of earlier downloads. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderCache } from '../../cli/file-cache';
import { readExperiment } from '../../cli/run';
import { cards } from '../../methods/cards';
import { defaultExperiment } from '../../spec/experiment';
import { Broken, textParser } from '../parser';
import { links, soundExperiment } from './words';

const folder = (): string => mkdtempSync(join(tmpdir(), 'stipple-fuzz-'));
export function ofExperimentFiles() {
  const path = join(folder(), 'experiment.json');
  return textParser(Object.values(cards).flatMap((card, i) => [JSON.stringify({ link: links[i] }), JSON.stringify({ ...defaultExperiment(card), seed: 4, arms: Object.keys(card.arms) })]), async (text) => {
    writeFileSync(path, text);
    soundExperiment((await readExperiment(path)).experiment);
  });
}
export async function ofDownloadCache() {
  const at = folder();
  const cache = folderCache(at);
  const address = 'https://a.example/x.npz';
  await cache.put(address, { name: 'x.npz', sha256: 'ab'.repeat(32), bytes: Uint8Array.of(1, 2, 3) });
  const entry = readdirSync(at).find((name) => name.endsWith('.json'))!;
  return textParser([JSON.stringify({ address, name: 'x.npz', sha256: 'ab'.repeat(32), sizeBytes: 3, at: '2026-01-01T00:00:00.000Z' })], async (text) => {
    writeFileSync(join(at, entry), text);
    const found = await cache.get(address);
    if (found && (typeof found.name !== 'string' || typeof found.sha256 !== 'string')) throw new Broken('an entry has no name');
    await cache.list?.();
  });
}
