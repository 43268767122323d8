/** Examples of the generators, drawn by the browser's own engine. */
import { hashesOf } from '../../src/data/example-hash';
import { datasetOf, datasets } from '../../src/data/sets';
import { fetchAsset } from '../../src/worker/assets';

export const dataIds = (): string[] => datasets.map(({ id }) => id);
export async function dataHashes({ id }: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
  const set = datasetOf(String(id));
  const assets = await Promise.all((set.assets ?? []).map(async (path) => [path, await fetchAsset(path)] as const));
  return hashesOf(set, Object.fromEntries(assets));
}
