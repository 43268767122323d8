/** Sets of images: sizes, brightness, a sheet on which every class is seen. */
import type { Images } from '../../spec/picture';
import type { Place } from '../content';
import { entriesOf, type ImageSplit, type LoadedImages, type SplitName } from '../files/loaded';
import type { Found } from '../report';
import { histogramOf, show, summarise } from './numbers';

const shown = 32;
/** One class after another, round and round, from the first of each on: as many as there are, at most `shown`. */
export function contactSheet(set: LoadedImages, split: SplitName = 'train'): Images {
  const part = set.splits[split];
  if (!part) return { kind: 'images', images: [] };
  const byClass = new Map<number, number[]>();
  for (let i = 0; i < part.count; i++) {
    const label = part.labels?.[i] ?? 0;
    const own = byClass.get(label) ?? [];
    if (own.length < shown) own.push(i);
    byClass.set(label, own);
  }
  const columns = [...byClass].sort(([a], [b]) => a - b).map(([, own]) => own);
  const rounds = Array.from({ length: shown }, (_, round) => columns.flatMap((own) => (round < own.length ? [own[round]!] : [])));
  return sheetOf(set, rounds.flat().slice(0, shown).map((index) => ({ split, index })), ({ index }) => nameOf(set, part, index));
}
const nameOf = ({ classes }: LoadedImages, { labels, names }: ImageSplit, index: number): string => (labels ? (classes?.[labels[index]!] ?? String(labels[index])) : (names?.[index]?.split('/').at(-1) ?? String(index + 1)));

export function sheetOf(set: LoadedImages, places: readonly Place[], label: (place: Place) => string): Images {
  const size = set.width * set.height * set.channels;
  return { kind: 'images', images: places.map((place) => ({ label: label(place), width: set.width, height: set.height, channels: set.channels, data: set.splits[place.split]!.pixels.slice(place.index * size, (place.index + 1) * size) })) };
}

export function reportImages(set: LoadedImages): Found {
  const size = set.width * set.height * set.channels;
  const warnings: string[] = [];
  const rows = entriesOf(set.splits).map(([name, { count, pixels, labels }]) => {
    const { least, greatest, mean, std } = summarise(pixels);
    const flat = countFlat(pixels, count, size);
    if (flat > 0) warnings.push(`${flat} of ${count} images of ${name} are of one colour throughout.`);
    if (greatest <= 1 && greatest > least) warnings.push(`The pixels of ${name} are all 0 or 1, where 0 to 255 is usual: they will be almost black.`);
    return [name, count, labels ? 'yes' : 'no', show(least), show(greatest), show(mean), show(std)];
  });
  const brightness = meansOf(set.splits.train, size);
  return {
    warnings,
    previews: [
      { title: 'Images', says: `${set.width} x ${set.height}, ${set.channels === 1 ? 'grey' : 'colour'}, bytes (uint8)${set.classes ? `, ${set.classes.length} classes` : ''}.`, picture: { kind: 'table', columns: ['split', 'images', 'labels', 'least', 'greatest', 'mean', 'std'], rows } },
      { title: 'Contact sheet', says: 'The first of each class, one class after another.', picture: contactSheet(set) },
      { title: 'Mean brightness of an image', picture: histogramOf(brightness, summarise(brightness), 'mean of its bytes') },
    ],
  };
}
function countFlat(pixels: Uint8Array, count: number, size: number): number {
  let flat = 0;
  for (let i = 0; i < count; i++) {
    const image = pixels.subarray(i * size, (i + 1) * size);
    if (image.every((v) => v === image[0])) flat++;
  }
  return flat;
}
function meansOf({ pixels, count }: ImageSplit, size: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => pixels.subarray(i * size, (i + 1) * size).reduce((sum, v) => sum + v, 0) / size);
}
