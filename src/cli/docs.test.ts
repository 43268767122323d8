import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setsTable } from './data';
import { root } from './files';
import { modelsTable, shippedCards } from './models';

const section = async (name: string): Promise<string> => new RegExp(`<!-- ${name} -->\\n([\\s\\S]*)\\n<!-- /${name} -->`).exec(await readFile(join(root, 'docs/data-and-models.md'), 'utf8'))?.[1] ?? '';

test('the docs list the generators that there are: "npx stipple data --hashes" writes the table', async () => expect(await section('sets')).toBe(setsTable()));
test('the docs state what the cards of the checkpoints state: "npm run models -- ID" writes the table', async () => expect(await section('models')).toBe(modelsTable(await shippedCards())));
