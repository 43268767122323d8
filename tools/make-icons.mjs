// The page's icons from the stippled disc of its favicon: PNG for the web app manifest, one of them with room for a mask.
//   node tools/make-icons.mjs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { encode } from 'fast-png';

const svg = readFileSync(new URL('../public/favicon.svg', import.meta.url), 'utf8');
const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g)].map(([, x, y, r]) => [Number(x), Number(y), Number(r)]);
const ink = [0x00, 0x60, 0xa8];
const paper = [0xf7, 0xf6, 0xf3];
/** Points a pixel and side, each in a dot or not: the share of those within is the pixel's ink. */
const points = 8;

/** `share` of the side is the drawing's; on `paper`, or on nothing. */
function icon(size, share, ground) {
  const data = new Uint8Array(size * size * 4);
  const scale = (24 / size) / share;
  const place = (at) => (at - size / 2) * scale + 12.25; // the dots lie around 12.25
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
    let within = 0;
    for (let j = 0; j < points; j++) for (let i = 0; i < points; i++) {
      const [u, v] = [place(x + (i + 0.5) / points), place(y + (j + 0.5) / points)];
      if (dots.some(([cx, cy, r]) => (u - cx) ** 2 + (v - cy) ** 2 <= r * r)) within++;
    }
    const cover = within / points ** 2;
    for (let c = 0; c < 3; c++) data[4 * (y * size + x) + c] = Math.round(ground ? cover * ink[c] + (1 - cover) * paper[c] : ink[c]);
    data[4 * (y * size + x) + 3] = ground ? 255 : Math.round(255 * cover);
  }
  return encode({ width: size, height: size, data, channels: 4, depth: 8 });
}
const folder = new URL('../public/icons/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, bytes] of [['icon-192.png', icon(192, 1, false)], ['icon-512.png', icon(512, 1, false)], ['maskable-512.png', icon(512, 0.62, true)], ['apple-touch.png', icon(180, 0.8, true)]]) writeFileSync(new URL(name, folder), bytes);
