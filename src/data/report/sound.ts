/** Sounds: lengths, rates, loudness, silence, clipping. */
import type { Audio } from '../../spec/picture';
import { entriesOf, type Clip, type LoadedSound } from '../files/loaded';
import type { Found } from '../report';
import { histogramOf, show, summarise } from './numbers';

const [playedClips, playedSeconds] = [6, 10];
const peakOf = (samples: Float32Array): number => samples.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

export function reportSound({ splits, classes }: LoadedSound): Found {
  const warnings: string[] = [];
  const rows = entriesOf(splits).map(([name, clips]) => {
    const seconds = clips.map(({ samples, sampleRateHz }) => samples.length / sampleRateHz);
    const peaks = clips.map(({ samples }) => peakOf(samples));
    const silent = peaks.filter((peak) => peak < 1e-4).length;
    const clipped = clips.filter(({ samples }) => isClipped(samples)).length;
    if (silent > 0) warnings.push(`${silent} of ${clips.length} sounds of ${name} are silent.`);
    if (clipped > 0) warnings.push(`${clipped} of ${clips.length} sounds of ${name} are clipped: runs of samples stand at full scale.`);
    const { least, greatest, mean } = summarise(seconds);
    return [name, clips.length, show(mean * clips.length), show(least), show(greatest), [...new Set(clips.map(({ sampleRateHz }) => sampleRateHz))].sort((a, b) => a - b).slice(0, 4).join(', '), show(summarise(peaks).greatest)];
  });
  const seconds = splits.train.map(({ samples, sampleRateHz }) => samples.length / sampleRateHz);
  return {
    warnings,
    previews: [
      { title: 'Sounds', picture: { kind: 'table', columns: ['split', 'sounds', 'seconds in all', 'shortest (s)', 'longest (s)', 'rates (Hz)', 'peak'], rows } },
      { title: 'To be heard', says: `The first few, ${playedSeconds} seconds of each at most.`, picture: played(splits.train, classes) },
      ...(seconds.length > 1 ? [{ title: 'Lengths', picture: histogramOf(seconds, summarise(seconds), 'seconds') }] : []),
    ],
  };
}
/** Three samples in a row at (or beyond) full scale. */
function isClipped(samples: Float32Array): boolean {
  const full = 1 - 2 / 2 ** 15;
  for (let i = 2; i < samples.length; i++) if (Math.abs(samples[i]!) >= full && samples[i] === samples[i - 1] && samples[i] === samples[i - 2]) return true;
  return false;
}
/** Those of the first clip's rate. */
function played(clips: readonly Clip[], classes: readonly string[] | undefined): Audio {
  const rate = clips[0]?.sampleRateHz ?? 1;
  const few = clips.filter(({ sampleRateHz }) => sampleRateHz === rate).slice(0, playedClips);
  return { kind: 'audio', sampleRateHz: rate, clips: few.map(({ name, samples, label }) => ({ label: label === undefined ? name : `${classes?.[label] ?? label}: ${name.split('/').at(-1)}`, samples: samples.slice(0, playedSeconds * rate) })) };
}
