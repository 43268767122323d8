/** Sounds: WAV files, alone or in folders whose names are their classes. Hostile input: see `wav`. */
import { InputError } from '../../base/errors';
import { entriesOf, gather, listOf, mapSplits, type Clip, type LoadedSound, type NamedBytes, type Reader } from './loaded';
import { gunzip, isGzip } from './gzip';
import { isTar, readTar } from './tar';
import { readWav } from './wav';
import { isZip, readZip } from './zip';

export const soundLimits = { clips: 50_000, samples: 2 ** 28, unpackedBytes: 512 * 2 ** 20 } as const;
const folderOf = (path: string): string => path.split('/').at(-2) ?? '';
const isSplit = (folder: string): boolean => /^(train|training|test|testing|val|valid|validation)$/i.test(folder);
/** An archive tells its kind by its name: its head names one file, which may be a licence. */
export const isSoundArchive = (name: string): boolean => /speech|sound|audio|wav/i.test(name);
const isWav = (head: Uint8Array): boolean => String.fromCharCode(...head.subarray(0, 4)) === 'RIFF' && String.fromCharCode(...head.subarray(8, 12)) === 'WAVE';

interface Source {
  readonly name: string;
  readonly read: () => Uint8Array;
}
/** What an archive holds besides sounds, and what systems leave behind, is passed over. */
function opened({ name, bytes: file }: NamedBytes): Source[] {
  const isSound = (path: string): boolean => /\.wav$/i.test(path) && !path.split('/').some((part) => /^\.[^.]|^__MACOSX$/.test(part));
  if (isZip(file)) return readZip(file, name, { unpackedBytes: soundLimits.unpackedBytes }).filter((entry) => isSound(entry.name));
  const bytes = isGzip(file) ? gunzip(file, name, soundLimits.unpackedBytes) : file;
  return isTar(bytes.subarray(0, 512)) ? readTar(bytes, name).flatMap((entry) => (isSound(entry.name) ? [{ name: entry.name, read: () => entry.bytes }] : [])) : [{ name, read: () => bytes }];
}
function readSounds(given: readonly NamedBytes[]): LoadedSound {
  const files = given.flatMap(opened)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (files.length === 0 || files.length > soundLimits.clips) throw new InputError(`1 to ${soundLimits.clips} sounds were expected, but ${files.length} came in ${listOf(given)}. Bring WAV files.`);
  const said = new Map<string, number>();
  let total = 0;
  const clips = files.map(({ name, read }) => {
    const { notes, ...wav } = readWav(read(), name);
    total += wav.samples.length;
    if (total > soundLimits.samples) throw new InputError(`${listOf(given)} holds more than ${soundLimits.samples} samples, the most that are held. Bring fewer or shorter sounds.`);
    for (const note of notes) said.set(note, (said.get(note) ?? 0) + 1);
    return { name, ...wav };
  });
  const folders = [...new Set(clips.map(({ name }) => folderOf(name)))].filter((folder) => !isSplit(folder)).sort();
  const classes = folders.length > 1 && !folders.includes('') && clips.every(({ name }) => !isSplit(folderOf(name))) ? folders : undefined;
  const rates = new Set(clips.map(({ sampleRateHz }) => sampleRateHz));
  const notes = [...[...said].map(([note, count]) => (count > 1 ? `${count} files: ${note}` : note)), ...(rates.size > 1 ? [`The sounds have ${rates.size} sample rates: ${[...rates].sort((a, b) => a - b).slice(0, 8).join(', ')} Hz. They are left as they are.`] : [])];
  const splits = mapSplits(gather(clips.map((clip) => ({ name: clip.name.split('/').slice(0, -1).find(isSplit) ?? (given.length === 1 || classes ? '' : clip.name), thing: clip }))), (some) =>
    some.map((clip): Clip => ({ ...clip, ...(classes && { label: classes.indexOf(folderOf(clip.name)) }) })));
  return { kind: 'sound', from: listOf(given), notes, ...(classes && { classes }), splits };
}
/** How many clips there are in all splits. */
export const clipCount = ({ splits }: LoadedSound): number => entriesOf(splits).reduce((n, [, clips]) => n + clips.length, 0);

export const soundReader: Reader = {
  id: 'wav', title: 'Sound (WAV)', extensions: ['.wav', '.tar.gz'],
  says: 'WAV files: PCM of 8 to 32 bits or float, any number of channels, mixed to one. Folders are classes; an archive of them (.tar.gz) has "speech" or "sound" in its name.',
  recognises: (name, head) => isWav(head) || (isTar(head) && isSoundArchive(name)),
  read: async (files) => readSounds(files),
};
