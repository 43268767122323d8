import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { holesIn, isGrave, unpinned } from '../../tools/audit-packages.mjs';

interface Entry {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}
const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const packages = Object.entries((JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Entry>> }).packages).filter(([path]) => path !== '');

test('every package is pinned by a SHA-512, and none comes from elsewhere than the others', () => {
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
  expect(new Set(packages.flatMap(([, { resolved }]) => (resolved === undefined ? [] : [new URL(resolved).origin]))).size).toBeLessThan(2);
});
/** protobufjs: a note about version schemes; nothing is built. */
test('no script runs at install time, and the one package that has one is known', () => {
  expect(read('.npmrc')).toContain('ignore-scripts=true');
  expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual(['node_modules/protobufjs']);
});
/** As `npm audit --json` writes it, shortened. */
const report = { auditReportVersion: 2, vulnerabilities: { a: { name: 'a', severity: 'moderate', range: '<2', via: [{ title: 'reads too much' }], fixAvailable: true }, b: { name: 'b', severity: 'critical', range: '*', via: ['a', { title: 'runs anything' }], fixAvailable: false } } };
test('known holes are told, the worst first, and only grave ones fail; a registry that does not answer is no report', () => {
  const holes = holesIn(JSON.stringify(report));
  expect(holes).toEqual([{ name: 'b', severity: 'critical', range: '*', why: 'through a; runs anything', mended: false }, { name: 'a', severity: 'moderate', range: '<2', why: 'reads too much', mended: true }]);
  expect(holes!.map(isGrave)).toEqual([true, false]);
  expect(holesIn('{"auditReportVersion": 2, "vulnerabilities": {}}')).toEqual([]);
  for (const silence of ['', 'not JSON', 'null', '{"message": "405 Method Not Allowed", "statusCode": 405}']) expect(holesIn(silence)).toBeUndefined();
});
test('a package without a hash, or with a weak one, is named', () => {
  const sound = `sha512-${'a'.repeat(86)}==`;
  expect(unpinned({ packages: { '': {}, 'node_modules/a': { integrity: sound }, 'node_modules/b': {}, 'node_modules/c': { integrity: 'sha1-abc=' }, here: { link: true } } })).toEqual(['node_modules/b', 'node_modules/c']);
});
