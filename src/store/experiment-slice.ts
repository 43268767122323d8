/** What the user asks for: the experiment under the knobs, the files in memory, the link that was opened. */
import { toProblem } from '../base/errors';
import type { Card } from '../spec/card';
import { defaultExperiment, limits, type Backend, type Experiment } from '../spec/experiment';
import { checkKnob, type KnobValue } from '../spec/knobs';
import { readLink, type ReadLink } from '../spec/link';
import type { FileBytes } from '../spec/messages';
import type { Proof } from '../spec/result';
import type { Slice } from './app';
import { kindOf, replaces, takeFile, type DroppedFile, type LoadedFile } from './files';
import { packed, type PlacedFile } from './folders';
import { readSaved } from './saved';
import { storeTexts } from './texts';

export interface ExperimentSlice {
  readonly cards: Readonly<Record<string, Card>>;
  /** Absent only where there are no cards. */
  readonly experiment?: Experiment;
  /** The proof of an opened link, until a run has been compared with it. */
  readonly claimedProof?: { readonly proof: Proof; readonly experiment: Experiment };
  /** Bytes of dropped files by SHA-256. */
  readonly files: Readonly<Record<string, FileBytes>>;
  /** The experiment before and after the last drop of files. */
  readonly undo?: { readonly before: Experiment; readonly after: Experiment };
  methodChosen(id: string): void;
  knobTurned(name: string, value: KnobValue): void;
  armToggled(arm: string, on: boolean): void;
  seedChanged(seed: number): void;
  seedsChanged(seeds: number): void;
  backendChosen(backend: Backend): void;
  threadsChanged(threads: number): void;
  defaultsRestored(): void;
  /** True if the link was read; the notes about it and any problem become notices. */
  linkOpened(hash: string): boolean;
  filesDropped(files: readonly (DroppedFile & { text(): Promise<string> })[]): Promise<void>;
  /** Files with their places in folders: each folder is taken as one ZIP file. */
  placedDropped(placed: Promise<readonly PlacedFile[]>): Promise<void>;
  fileRemoved(sha256: string): void;
  /** The worker could make nothing of what the user has just dropped: what was there before comes back. */
  dropRefused(about: Experiment, message: string): void;
}

/** The experiment after a turn of a knob; unchanged where the card refuses the value. Pure. */
export function turnKnob(card: Card, experiment: Experiment, name: string, value: KnobValue): Experiment {
  const knob = Object.hasOwn(card.knobs, name) ? card.knobs[name] : undefined;
  const checked = knob && checkKnob(name, knob, value);
  if (!checked || 'problem' in checked || experiment.knobs[name] === checked.value) return experiment;
  return { ...experiment, knobs: { ...experiment.knobs, [name]: checked.value } };
}
const isModel = ({ name }: { readonly name: string }): boolean => /\.onnx$/i.test(name);
/** Arms stay in the card's order, and the last one cannot be switched off. Pure. */
export function toggleArm(card: Card, experiment: Experiment, arm: string, on: boolean): Experiment {
  const arms = Object.keys(card.arms).filter((id) => (id === arm ? on : experiment.arms.includes(id)));
  return arms.length === 0 ? experiment : { ...experiment, arms };
}
/** The experiment with a dropped file: it takes the place of its rivals, and with another model the knobs that speak of the old one fall back. Pure. */
export function withFile(card: Card, experiment: Experiment, files: ExperimentSlice['files'], { kind, ref }: LoadedFile): Experiment {
  const kept = experiment.files.filter(({ sha256 }) => !Object.hasOwn(files, sha256) || !replaces(kind, kindOf(files[sha256]!, card.accepts ?? [])));
  const reset = kind === 'onnx' ? Object.fromEntries((card.modelKnobs ?? []).map((name) => [name, card.knobs[name]!.default])) : {};
  return { ...experiment, knobs: { ...experiment.knobs, ...reset }, files: [...kept, ref] };
}
const clampInt = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, Number.isFinite(value) ? Math.round(value) : min));

/** Names of the files that the experiment reads and that are not in memory. Pure. */
export const missingFiles = (experiment: Experiment, files: ExperimentSlice['files']): readonly string[] =>
  experiment.files.filter((ref) => !Object.hasOwn(files, ref.sha256)).map((ref) => ref.name);

/** What the page opens on. */
const preferred = 'winner';
export function firstExperiment(cards: Readonly<Record<string, Card>>): Experiment | undefined {
  const card = cards[preferred] ?? Object.values(cards)[0];
  return card && defaultExperiment(card);
}

export const createExperimentSlice: Slice<ExperimentSlice> = ({ cards }) => (set, get) => {
  const change = (to: (experiment: Experiment, card: Card) => Experiment): void =>
    set(({ experiment }) => {
      const card = experiment && cards[experiment.method];
      if (!experiment || !card) return {};
      const changed = to(experiment, card);
      return changed === experiment ? {} : { experiment: changed };
    });
  const opened = ({ experiment, notes, proof }: ReadLink): void => {
    if (experiment.method !== get().experiment?.method) get().shownCleared();
    set({ experiment, claimedProof: proof && { proof, experiment } });
    for (const note of notes) get().noticeGiven('info', note);
  };
  const trying = (work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      get().noticeGiven('problem', storeTexts.linkKept(toProblem(error).message));
      return false;
    }
  };

  const first = firstExperiment(cards);
  return {
    cards,
    ...(first && { experiment: first }),
    files: {},
    methodChosen: (id) => {
      const card = Object.hasOwn(cards, id) ? cards[id] : undefined;
      if (!card || get().experiment?.method === id) return;
      get().shownCleared();
      set({ experiment: defaultExperiment(card), claimedProof: undefined });
    },
    knobTurned: (name, value) => change((experiment, card) => turnKnob(card, experiment, name, value)),
    armToggled: (arm, on) => change((experiment, card) => toggleArm(card, experiment, arm, on)),
    seedChanged: (seed) => change((experiment) => ({ ...experiment, seed: clampInt(seed, 0, limits.seed) })),
    seedsChanged: (seeds) => change((experiment) => ({ ...experiment, seeds: clampInt(seeds, 1, limits.seeds) })),
    backendChosen: (backend) => change((experiment) => ({ ...experiment, backend })),
    threadsChanged: (threads) => change((experiment) => ({ ...experiment, threads: clampInt(threads, 1, limits.threads) })),
    defaultsRestored: () => change((experiment, card) => ({ ...defaultExperiment(card), files: experiment.files })),
    linkOpened: (hash) => trying(() => opened(readLink(hash, cards))),
    filesDropped: async (dropped) => {
      const before = get().experiment;
      // A model first: it takes the place of what belonged to the one before.
      for (const file of [...dropped].sort((a, b) => Number(isModel(b)) - Number(isModel(a)))) {
        try {
          if (/\.json$/i.test(file.name) && file.size < limits.fileBytes) {
            const text = await file.text();
            trying(() => opened(readSaved(file.name, text, cards)));
            continue;
          }
          const card = get().experiment && cards[get().experiment!.method];
          if (!card) continue;
          const loaded = await takeFile(file, card);
          const { ref, bytes } = loaded;
          const known = get().experiment!.files;
          const there = known.some((f) => f.sha256 === ref.sha256);
          const wanted = known.filter((f) => !Object.hasOwn(get().files, f.sha256));
          if (!there && wanted.length > 0) {
            get().noticeGiven('problem', storeTexts.fileNotWanted(file.name, ref.sha256.slice(0, 16), wanted.map((f) => `${f.name} (SHA-256 ${f.sha256.slice(0, 16)}…)`).join(', ')));
            continue;
          }
          if (!there && known.length >= limits.files && withFile(card, get().experiment!, get().files, loaded).files.length > limits.files) {
            get().noticeGiven('problem', storeTexts.tooManyFiles(file.name, limits.files));
            continue;
          }
          set(({ files }) => ({ files: { ...files, [ref.sha256]: { name: ref.name, bytes } } }));
          change((experiment) => (there ? experiment : withFile(card, experiment, get().files, loaded)));
        } catch (error) {
          get().noticeGiven('problem', toProblem(error).message);
        }
      }
      const after = get().experiment;
      if (before && after && after !== before) set({ undo: { before, after } });
    },
    placedDropped: async (placed) => {
      try {
        const card = get().experiment && cards[get().experiment!.method];
        await get().filesDropped(await packed(await placed, card?.accepts?.includes('images') ?? false));
      } catch (error) {
        get().noticeGiven('problem', toProblem(error).message);
      }
    },
    dropRefused: (about, message) => {
      const { experiment, undo } = get();
      if (!undo || undo.after !== about || experiment !== about) return;
      set({ experiment: undo.before, undo: undefined });
      get().noticeGiven('problem', storeTexts.dropRefused(message));
    },
    fileRemoved: (sha256) => change((experiment) => ({ ...experiment, files: experiment.files.filter((f) => f.sha256 !== sha256) })),
  };
};
