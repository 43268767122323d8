import { expect, test } from 'vitest';
import { readZip } from '../data/files/zip';
import { limits } from '../spec/experiment';
import { packed, type PlacedFile } from './folders';

const file = (path: string, bytes: readonly number[] = [1], size = bytes.length): PlacedFile => {
  const own = Uint8Array.from(bytes);
  return { path, file: { name: path.split('/').at(-1)!, size, arrayBuffer: () => Promise.resolve(own.buffer), text: () => Promise.resolve('') } };
};
const namesIn = async (zip: { arrayBuffer(): Promise<ArrayBuffer> }): Promise<string[]> => readZip(new Uint8Array(await zip.arrayBuffer()), 'z').map(({ name }) => name);

test('a folder becomes one ZIP file, its litter left out; single files stay as they are', async () => {
  const [single, zip, ...others] = await packed([file('set/b/2.png'), file('m.onnx'), file('set/a/1.png'), file('set/a/.DS_Store')], true);
  expect([single?.name, zip?.name, others, await namesIn(zip!)]).toEqual(['m.onnx', 'set.zip', [], ['set/a/1.png', 'set/b/2.png']]);
});
test('the order in which a system lists a folder changes no byte', async () => {
  const [a] = await packed([file('s/1.png', [1]), file('s/2.png', [2])], true);
  const [b] = await packed([file('s/2.png', [2]), file('s/1.png', [1])], true);
  expect(new Uint8Array(await a!.arrayBuffer())).toEqual(new Uint8Array(await b!.arrayBuffer()));
});
test('several pictures are gathered where a method takes sets of them; one alone, or where it does not, is not', async () => {
  const three = [file('1.png'), file('2.jpg'), file('x.npz')];
  expect((await packed(three, true)).map(({ name }) => name)).toEqual(['x.npz', 'pictures.zip']);
  expect((await packed(three, false)).map(({ name }) => name)).toEqual(['1.png', '2.jpg', 'x.npz']);
  expect((await packed(three.slice(1), true)).map(({ name }) => name)).toEqual(['2.jpg', 'x.npz']);
});
test('a folder beyond what a file may be is refused before it is read', async () => {
  await expect(packed([file('s/1.png', [1], limits.fileBytes), file('s/2.png')], true)).rejects.toThrow(/files of s are .* at most 256 MiB/);
});
