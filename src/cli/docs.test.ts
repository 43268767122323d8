import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cards } from '../methods/cards';
import { setsTable } from './data';
import { root } from './files';
import { modelsTable, shippedCards } from './models';

const section = async (name: string): Promise<string> => new RegExp(`<!-- ${name} -->\\n([\\s\\S]*)\\n<!-- /${name} -->`).exec(await readFile(join(root, 'docs/data-and-models.md'), 'utf8'))?.[1] ?? '';

test('the docs list the generators that there are: "npx stipple data --hashes" writes the table', async () => expect(await section('sets')).toBe(setsTable()));
test('the docs state what the cards of the checkpoints state: "npm run models -- ID" writes the table', async () => expect(await section('models')).toBe(modelsTable(await shippedCards())));

describe('docs/claims.md', async () => {
  const text = await readFile(join(root, 'docs/claims.md'), 'utf8');
  test.each(Object.keys(cards))('has figures for %s of every observable, and says why a claim may not hold', (id) => {
    const [, figures = '', after = ''] = new RegExp(`<!-- claim ${id} -->\\n([\\s\\S]*?)\\n<!-- /claim ${id} -->([\\s\\S]*?)(?=\\n## |$)`).exec(text) ?? [];
    for (const { says } of cards[id]!.claimCheck) expect(figures).toContain(`| ${says} |`);
    if (figures.startsWith('**does not hold here**')) expect(after.trim().length).toBeGreaterThan(200);
  });
});
