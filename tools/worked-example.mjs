// Writes the files that docs/adding-a-method.md shows into src/methods/.worked-example: a folder that no registry sees, for the type check and the tests.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
export const folder = new URL('src/methods/.worked-example/', root);

/** Name and text of each file on the page, in order: code blocks that begin with a comment that names them. */
export async function workedExample() {
  const page = await readFile(new URL('docs/adding-a-method.md', root), 'utf8');
  return [...page.matchAll(/```ts\n\/\/ src\/methods\/[a-z-]+\/([a-z.-]+\.ts)\n([\s\S]*?)```/g)].map(([, name, text]) => ({ name, text }));
}
export async function writeWorkedExample() {
  await mkdir(folder, { recursive: true });
  for (const { name, text } of await workedExample()) {
    const path = fileURLToPath(new URL(name, folder));
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path); // whole or not at all, for whoever reads it now
  }
}
