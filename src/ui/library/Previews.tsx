/** Pictures of the library: as panels, or the first of them as a small one. */
import { useRef, type ReactNode } from 'react';
import type { Arm } from '../../spec/card';
import type { Preview } from '../../spec/dataset';
import type { Picture as PictureValue } from '../../spec/picture';
import { Picture } from '../pictures/Picture';
import { useNear } from '../redraw';
import { texts } from './texts';

/** Series and points of a picture that belong together share a colour: arms of no method, in the order in which they come. */
function armsOf(picture: PictureValue): { readonly arms: Readonly<Record<string, Arm>> } {
  const named = picture.kind === 'lines' ? picture.series : picture.kind === 'scatter' ? picture.points : picture.kind === 'audio' ? picture.clips : [];
  const ids = [...new Set(named.flatMap(({ arm }) => (arm === undefined ? [] : [arm])))];
  return { arms: Object.fromEntries(ids.map((id) => [id, { label: id, says: '', role: 'method' as const }])) };
}
/** A picture's beginning. */
function cut(picture: PictureValue): PictureValue {
  if (picture.kind === 'images') return { ...picture, images: picture.images.slice(0, 18).map((image) => ({ ...image, label: '' })) };
  if (picture.kind === 'tiles') return { ...picture, tiles: picture.tiles.slice(0, 3) };
  if (picture.kind === 'table') return { ...picture, columns: picture.columns.slice(0, 3), rows: picture.rows.slice(0, 4).map((row) => row.slice(0, 3)) };
  return picture;
}
export const Previews = ({ previews }: { readonly previews: readonly Preview[] }) => (
  <div className="library-previews">
    <h2 className="unseen">{texts.previews}</h2>
    {previews.map(({ title, says, picture }, i) => (
      <section key={`${i} ${title}`} className="picture" aria-label={title}>
        <header><h3>{title}</h3></header>
        {says && <p className="soft">{says}</p>}
        <Picture picture={picture} card={armsOf(picture)} title={title} />
      </section>
    ))}
  </div>
);
export const Thumbnail = ({ preview }: { readonly preview: Preview }) => <Picture picture={cut(preview.picture)} card={armsOf(preview.picture)} title={preview.title} />;

/** Draws its children once it has nearly been on screen. */
export function Near({ children }: { readonly children: (near: boolean) => ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const near = useNear(frame);
  return <div ref={frame} className="thumb">{children(near)}</div>;
}
