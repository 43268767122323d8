import { decode, encode } from 'fast-png';
import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { pictureInfo, readPicture } from './picture';
import { readPng } from './png';
import { expected, fixture, fixtureNames, type KnownPicture } from './testing/fixtures';

const pictures = fixtureNames.filter((name) => name in expected && /\.(png|jpg|webp)$/.test(name));
test('there are pictures of every kind to be read', () => expect(pictures.length).toBeGreaterThanOrEqual(20));
test.each(pictures)("%s is read as Pillow reads it", async (name) => {
  const known = expected[name] as KnownPicture; // written so by our script
  const { width, height, channels, data } = await readPicture(fixture(name).bytes);
  expect({ width, height, channels }).toEqual({ width: known.width, height: known.height, channels: known.channels });
  expect([...data]).toEqual(known.data);
});
test('an EXIF orientation is told, and not applied', async () => {
  expect(pictureInfo(fixture('turned.jpg').bytes).note).toMatch(/EXIF/);
  expect((await readPicture(fixture('turned.jpg').bytes)).data).toEqual((await readPicture(fixture('colour.jpg').bytes)).data);
});
test.each<[string, RegExp]>([['print.jpg', /CMYK.*Save it as RGB/], ['animation.webp', /animation/], ['x.npy', /PNG, JPEG or WebP/]])('%s is refused', async (name, says) => {
  await expect(readPicture(fixture(name).bytes)).rejects.toThrow(InputError);
  await expect(readPicture(fixture(name).bytes)).rejects.toThrow(says);
});
test.each(['colour.jpg', 'progressive.jpg', 'lossy.webp', 'lossless.webp', 'alpha-lossy.webp'])('%s cut at any byte is refused, and the decoder is sound afterwards', async (name) => {
  const { bytes } = fixture(name);
  for (let length = 0; length < bytes.length; length += 7) await expect(readPicture(bytes.slice(0, length))).rejects.toThrow(InputError);
  expect([...(await readPicture(bytes)).data]).toEqual((expected[name] as KnownPicture).data);
});
test('pictures of random bytes come back from another encoder, of every depth and number of channels', () => {
  const rng = Random.seed(3).fork('png');
  for (const channels of [1, 2, 3, 4] as const)
    for (const depth of [8, 16] as const) {
      const drawn = Array.from({ length: 5 * 7 * channels }, () => rng.int(2 ** depth));
      const data = depth === 8 ? Uint8Array.from(drawn) : Uint16Array.from(drawn);
      const file = new Uint8Array(encode({ width: 5, height: 7, channels, depth, data }));
      const numbers = decode(file).data as Uint8Array; // or of 16 bits: an array of numbers either way
      const full = 2 ** depth - 1;
      const shown = channels < 3 ? 1 : 3;
      const wanted = Array.from({ length: 35 * shown }, (_, i) => {
        const [p, c] = [Math.floor(i / shown), i % shown];
        const alpha = channels % 2 === 0 ? numbers[p * channels + channels - 1]! / full : 1;
        return (numbers[p * channels + c]! / full) * alpha + 1 - alpha;
      });
      readPng(file).data.forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 6));
    }
});
