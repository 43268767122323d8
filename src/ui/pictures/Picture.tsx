/** Draws a picture of any kind. */
import { memo, Suspense } from 'react';
import { assertNever } from '../../base/errors';
import type { Card } from '../../spec/card';
import type { Picture as PictureValue } from '../../spec/picture';
import { fetched } from '../fetched';
import { HeatMapPicture, TilesPicture } from './heat';
import { HistogramPicture, LinesPicture, PlanePicture, ScatterPicture } from './shapes';

// Fetched when the first of them is to be drawn: the page stands without them.
const media = () => import('./media');
const AudioPicture = fetched(async () => ({ default: (await media()).AudioPicture }));
const ImagesPicture = fetched(async () => ({ default: (await media()).ImagesPicture }));
const TablePicture = fetched(async () => ({ default: (await media()).TablePicture }));

export interface PictureProps {
  readonly picture: PictureValue;
  readonly card: Pick<Card, 'arms'>;
  readonly title: string;
  readonly large?: boolean;
}

export const Picture = memo(function Picture(props: PictureProps) {
  return <Suspense fallback={<p className="blank" />}><Drawn {...props} /></Suspense>;
});
function Drawn({ picture, card, title, large = false }: PictureProps) {
  const height = large ? 260 : 230;
  switch (picture.kind) {
    case 'heatmap': return <HeatMapPicture map={picture} title={title} large={large} />;
    case 'tiles': return <TilesPicture picture={picture} title={title} />;
    case 'histogram': return <HistogramPicture {...{ picture, card, title, height }} />;
    case 'lines': return <LinesPicture {...{ picture, card, title, height }} />;
    case 'scatter': return <ScatterPicture {...{ picture, card, title, height }} />;
    case 'plane': return <PlanePicture {...{ picture, card, title }} height={large ? 340 : 300} />;
    case 'images': return <ImagesPicture picture={picture} />;
    case 'audio': return <AudioPicture picture={picture} card={card} />;
    case 'table': return <TablePicture picture={picture} title={title} />;
    default: return assertNever(picture);
  }
}
