/**
 * Makes public/data/typefaces.bin, typefaces.json and LICENCES-typefaces.txt: the outlines of A-Z a-z 0-9 of open typefaces.
 * Run `npm run typefaces`; needs the network once. Each typeface is one weight of a package @fontsource/<id>, at a pinned version,
 * unpacked into a temporary folder and read by opentype.js. Only typefaces under the SIL Open Font License are taken: each package's own
 * licence file is checked. The layout of the file is told in src/data/typefaces.ts.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import opentype from 'opentype.js';

const version = '5.3.0';
const unitsPerEm = 1024;
const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Package and weight, by style. No typeface whose lower case is small capitals: an `a` must not be an `A`. Each is called by its style
 * and number ("serif 3"), for a modified version may not bear a Reserved Font Name; its source is told in the two files beside.
 */
const seen = {
  sans: [
    ['open-sans', 400], ['nunito', 700], ['raleway', 300], ['poppins', 500], ['montserrat', 800], ['josefin-sans', 400], ['oswald', 500],
    ['barlow-condensed', 400], ['archivo-black', 400], ['comfortaa', 500], ['exo-2', 400], ['fira-sans', 400], ['quicksand', 400],
  ],
  serif: [
    ['merriweather', 400], ['playfair-display', 700], ['libre-baskerville', 400], ['cormorant-garamond', 500],
    ['lora', 400], ['bodoni-moda', 400], ['spectral', 300],
  ],
  slab: [['bitter', 300], ['zilla-slab', 600], ['alfa-slab-one', 400]],
  mono: [['jetbrains-mono', 400], ['roboto-mono', 300], ['courier-prime', 400], ['vt323', 400]],
  hand: [
    ['caveat', 500], ['patrick-hand', 400], ['kalam', 400], ['dancing-script', 500], ['pacifico', 400], ['indie-flower', 400],
    ['comic-neue', 400], ['courgette', 400],
  ],
  display: [['orbitron', 500], ['audiowide', 400], ['righteous', 400], ['abril-fatface', 400], ['fredoka', 500]],
};
const unseen = {
  sans: [['cabin', 400], ['overpass', 300], ['chivo', 700], ['varela-round', 400], ['titillium-web', 400]],
  serif: [['crimson-text', 400], ['alegreya', 500], ['dm-serif-display', 400]],
  slab: [['arvo', 400], ['rokkitt', 400]],
  mono: [['space-mono', 400], ['inconsolata', 500]],
  hand: [['shadows-into-light', 400], ['gochi-hand', 400], ['handlee', 400], ['lobster', 400]],
  display: [['bubblegum-sans', 400], ['teko', 400], ['russo-one', 400], ['chakra-petch', 400]],
};
/** Every typeface to make, in the file's order: seen ones first, numbered on within a style. */
const choices = [...Object.entries(seen), ...Object.entries(unseen)].flatMap(([style, list], k, all) => {
  const isUnseen = k >= all.length / 2;
  const first = isUnseen ? seen[style].length + 1 : 1;
  return list.map(([id, weight], i) => ({ name: `${style} ${first + i}`, id, weight, isUnseen }));
});

/** Unsigned integers in base 128, low digits first, the top bit set on all but the last; signed ones zigzag first (0, -1, 1, -2, ...). */
class Writer {
  bytes = [];
  unsigned(n) {
    for (; n >= 128; n = Math.floor(n / 128)) this.bytes.push((n % 128) + 128);
    this.bytes.push(n);
  }
  signed(n) {
    this.unsigned(n < 0 ? -2 * n - 1 : 2 * n);
  }
  text(text) {
    const bytes = new TextEncoder().encode(text);
    this.unsigned(bytes.length);
    this.bytes.push(...bytes);
  }
}

/** Contours on the em grid, y up: [{ degrees, points }], degrees[i] being 1 (line), 2 or 3 (Bezier), which is how many points it adds. */
function contoursOf(font, character) {
  const glyph = font.charToGlyph(character);
  if (glyph.index === 0) throw new Error(`no glyph for ${character}`);
  const grid = (v) => Math.round((v * unitsPerEm) / font.unitsPerEm);
  const contours = [];
  for (const command of glyph.path.commands) {
    if (command.type === 'M') contours.push({ degrees: [], points: [[grid(command.x), grid(command.y)]] });
    if (command.type === 'M' || command.type === 'Z') continue;
    const { degrees, points } = contours.at(-1);
    const added = { L: ['x', 'y'], Q: ['x1', 'y1', 'x', 'y'], C: ['x1', 'y1', 'x2', 'y2', 'x', 'y'] }[command.type].map((key) => grid(command[key]));
    const [x, y] = points.at(-1);
    if (added.every((v, i) => v === (i % 2 === 0 ? x : y))) continue; // nothing left of it on the grid
    degrees.push(added.length / 2);
    for (let i = 0; i < added.length; i += 2) points.push([added[i], added[i + 1]]);
  }
  for (const { degrees, points } of contours) {
    const [first, last] = [points[0], points.at(-1)];
    if (degrees.at(-1) === 1 && first[0] === last[0] && first[1] === last[1]) { // the closing line is understood
      degrees.pop();
      points.pop();
    }
  }
  return contours.filter(({ points }) => points.length > 2);
}

function writeOutline(writer, contours) {
  writer.unsigned(contours.length);
  let [penX, penY] = [0, 0];
  for (const { degrees, points } of contours) {
    writer.unsigned(degrees.length);
    for (let i = 0; i < degrees.length; i += 4) { // two bits a segment
      writer.bytes.push(degrees.slice(i, i + 4).reduce((packed, degree, k) => packed + degree * 4 ** k, 0));
    }
    for (const [x, y] of points) {
      writer.signed(x - penX);
      writer.signed(y - penY);
      [penX, penY] = [x, y];
    }
  }
}

/** One package: unpacked, its licence checked. The copyright line is the licence file's, or, if that names the maker alone, the font's own. */
function obtain({ name, id, weight, isUnseen }, folder) {
  const packageName = `@fontsource/${id}`;
  const home = join(folder, id);
  mkdirSync(home);
  execFileSync('npm', ['pack', `${packageName}@${version}`, '--silent', '--pack-destination', home]);
  execFileSync('tar', ['-xzf', readdirSync(home).find((file) => file.endsWith('.tgz'))], { cwd: home });
  const read = (file, encoding) => readFileSync(join(home, 'package', file), encoding);

  const { license } = JSON.parse(read('package.json', 'utf8'));
  const [header, licenceText] = read('LICENSE', 'utf8').split(/^-{20,}\r?\n(?=SIL OPEN FONT LICENSE)/m);
  if (license !== 'OFL-1.1' || !licenceText?.startsWith('SIL OPEN FONT LICENSE Version 1.1')) throw new Error(`not under the SIL Open Font License 1.1 (${license})`);

  const file = read(`files/${id}-latin-${weight}-normal.woff`);
  const font = opentype.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  const inLicence = header.split(/\s*This Font Software is licensed/)[0].trim().split(/\s+\S+\.ttf:\s/)[0];
  const inFont = [font.names.windows, font.names.macintosh, font.names].map((names) => names?.copyright?.en).find(Boolean);
  const copyright = [inLicence, inFont].find((line) => /copyright|\(c\)|©/i.test(line ?? ''))?.replace(/\s+/g, ' ');
  if (copyright === undefined) throw new Error(`no copyright line in its licence file ("${inLicence}") or its font ("${inFont}")`);
  const { family } = JSON.parse(read('metadata.json', 'utf8'));
  return { name, madeFrom: `${family}, weight ${weight}`, package: `${packageName}@${version}`, unseen: isUnseen, copyright, licence: license, font, licenceText };
}

const folder = mkdtempSync(join(tmpdir(), 'typefaces-'));
const outDir = fileURLToPath(new URL('../public/data/', import.meta.url));
try {
  const faces = [];
  const refused = [];
  for (const choice of choices) {
    try {
      faces.push(obtain(choice, folder));
    } catch (error) {
      refused.push(`${choice.id}: ${error.message}`);
    }
  }
  if (refused.length > 0) throw new Error(`${refused.length} typefaces refused; choose others in the lists above:\n${refused.join('\n')}`);

  const writer = new Writer();
  writer.bytes.push(...new TextEncoder().encode('STPF'), 1);
  writer.unsigned(unitsPerEm);
  writer.text(characters);
  writer.unsigned(faces.length);
  for (const face of faces) {
    const before = writer.bytes.length;
    writer.text(face.name);
    writer.bytes.push(face.unseen ? 1 : 0);
    for (const character of characters) writeOutline(writer, contoursOf(face.font, character));
    console.log(`${face.unseen ? 'unseen' : 'seen  '} ${face.name} (${face.madeFrom}): ${writer.bytes.length - before} bytes. ${face.copyright}`);
  }
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'typefaces.bin'), Uint8Array.from(writer.bytes));
  const told = faces.map(({ font: _font, licenceText: _text, ...rest }) => rest);
  writeFileSync(join(outDir, 'typefaces.json'), `${JSON.stringify({ version: 1, unitsPerEm, characters, typefaces: told }, null, 1)}\n`);
  const notices = told.map((t) => `${t.name}\n  made from ${t.madeFrom} (${t.package})\n  ${t.copyright}\n  SIL Open Font License, Version 1.1 (${t.licence})\n`).join('\n');
  const introduction = `The file typefaces.bin holds outlines of the characters A-Z, a-z and 0-9 of the typefaces below, rounded to a grid of
1/${unitsPerEm} em. It is a modified version of each of them and is, like them, under the SIL Open Font License, Version 1.1,
whose text stands at the end. Each is called by its style and a number here; the names of the typefaces they were made from
are given to acknowledge their authors, who have not endorsed this work.`;
  writeFileSync(join(outDir, 'LICENCES-typefaces.txt'), `${introduction}\n\n${notices}\n${'-'.repeat(60)}\n${faces[0].licenceText.replace(/\r/g, '').trim()}\n`);
  console.log(`${faces.length} typefaces (${faces.filter((f) => f.unseen).length} unseen), ${writer.bytes.length} bytes`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
