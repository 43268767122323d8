/** Images, sound and tables. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Card } from '../../spec/card';
import type { Audio, Images, Table } from '../../spec/picture';
import { durationText, numberText } from '../../store/format';
import { armStyle } from '../colours';
import { texts } from '../texts';
import { wavBytes } from '../wav';
import { PixelCanvas } from './PixelCanvas';
import { saveFile } from './save-file';

function OneImage({ image }: { image: Images['images'][number] }) {
  const { width, height, channels, data } = image;
  const paint = useCallback((words: Uint32Array) => {
    for (let i = 0; i < words.length; i++) {
      const [r, g, b] = channels === 1 ? [data[i]!, data[i]!, data[i]!] : [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
      words[i] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    }
  }, [channels, data]);
  return (
    <figure className="image">
      <PixelCanvas rows={height} columns={width} paint={paint} label={image.label} style={{ aspectRatio: `${width} / ${height}` }} />
      <figcaption>{image.label}</figcaption>
    </figure>
  );
}
/** Many small ones, unless what is written under them needs room. */
export function ImagesPicture({ picture: { images, columns } }: { picture: Images }) {
  if (columns !== undefined) return <div className="images rows" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, ${columns > 3 ? '92px' : '140px'}))` }}>{images.map((image, i) => <OneImage key={i} image={image} />)}</div>;
  const long = images.some(({ label }) => label.length > 26);
  return <div className={images.length > 12 && !long ? 'images many' : 'images'} data-wide={images.length > 24 || undefined}>{images.map((image, i) => <OneImage key={i} image={image} />)}</div>;
}

/** Half the height of the waveform at each of `bins` places. */
function envelope(samples: Float32Array, bins: number): readonly number[] {
  return Array.from({ length: bins }, (_, b) => {
    let most = 0;
    for (let i = Math.floor((b * samples.length) / bins); i < Math.floor(((b + 1) * samples.length) / bins); i++) most = Math.max(most, Math.abs(samples[i]!));
    return Math.min(1, most);
  });
}

let context: AudioContext | undefined;

export function AudioPicture({ picture, card }: { picture: Audio; card: Pick<Card, 'arms'> }) {
  const [playing, setPlaying] = useState<number>();
  const source = useRef<AudioBufferSourceNode>(null);
  const stop = useCallback(() => {
    if (source.current) source.current.onended = null;
    source.current?.stop();
    source.current = null;
    setPlaying(undefined);
  }, []);
  useEffect(() => stop, [stop]);
  const play = (index: number): void => {
    stop();
    const clip = picture.clips[index];
    if (!clip || clip.samples.length === 0) return;
    context ??= new AudioContext();
    void context.resume();
    // Browsers take 3 to 768 kHz; a very short clip is repeated, so that there is something to hear.
    const buffer = context.createBuffer(1, clip.samples.length, Math.min(768_000, Math.max(3000, picture.sampleRateHz)));
    buffer.copyToChannel(Float32Array.from(clip.samples, (s) => Math.max(-1, Math.min(1, Number.isFinite(s) ? s : 0))), 0);
    const node = context.createBufferSource();
    node.buffer = buffer;
    if (buffer.duration < 0.8) {
      node.loop = true;
      node.start();
      node.stop(context.currentTime + 1.2);
    } else node.start();
    node.connect(context.destination);
    node.onended = () => setPlaying(undefined);
    source.current = node;
    setPlaying(index);
  };
  return (
    <ul className="clips">
      {picture.clips.map((clip, i) => (
        <li key={i}>
          <button type="button" className="play" aria-label={playing === i ? texts.audio.stop(clip.label) : texts.audio.play(clip.label)} onClick={() => (playing === i ? stop() : play(i))}>
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">{playing === i ? <rect x="2" y="2" width="8" height="8" /> : <path d="M2.5 1v10l8-5z" />}</svg>
          </button>
          <span className="clip-label">{clip.label}</span>
          <svg className="wave" viewBox="0 0 160 24" preserveAspectRatio="none" aria-hidden="true">
            {envelope(clip.samples, 80).map((size, b) => <rect key={b} x={2 * b} width={1.4} y={12 - Math.max(0.4, 11 * size)} height={2 * Math.max(0.4, 11 * size)} fill={armStyle(card, clip.arm).colour} />)}
          </svg>
          <span className="soft">{durationText((1000 * clip.samples.length) / picture.sampleRateHz)}</span>
          <button type="button" className="quiet" aria-label={texts.audio.saveLabel(clip.label)} onClick={() => saveFile(`${clip.label}.wav`, new Blob([wavBytes(clip.samples, picture.sampleRateHz)], { type: 'audio/wav' }))}>{texts.audio.save}</button>
        </li>
      ))}
    </ul>
  );
}

const isFigure = (cell: string | number): boolean => typeof cell === 'number' || /^[-−+]?[\d.][^a-z]*(e[-+]?\d+)?$/i.test(cell);

export function TablePicture({ picture, title }: { picture: Table; title: string }) {
  // A column of figures stands at the right; one with a few words among them, too.
  const figures = picture.columns.map((_, c) => picture.rows.filter((row) => isFigure(row[c] ?? '')).length > picture.rows.length / 2);
  return (
    <section className="table-scroll" aria-label={title} data-wide={picture.columns.length > 7 || undefined}>
      <table>
        <thead><tr>{picture.columns.map((c, i) => <th key={i} scope="col" className={figures[i] ? 'figure' : undefined}>{c}</th>)}</tr></thead>
        <tbody>{picture.rows.map((row, r) => <tr key={r}>{row.map((cell, c) => <td key={c} className={figures[c] ? 'figure' : undefined}>{typeof cell === 'number' ? numberText(cell) : cell}</td>)}</tr>)}</tbody>
      </table>
    </section>
  );
}
