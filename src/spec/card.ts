/** A card says what a method is. Data alone, read by both threads: the gallery and the controls are drawn from it. */
import type { Knobs } from './knobs';

export interface Source {
  readonly title: string;
  readonly authors: string;
  readonly year: number;
  readonly venue?: string;
  readonly arxiv?: string;
  readonly code?: string;
}
export interface Arm {
  readonly label: string;
  /** One sentence: what this arm does differently. */
  readonly says: string;
  readonly role: 'method' | 'baseline' | 'ablation' | 'control';
  /** Off unless the user switches it on. */
  readonly off?: boolean;
}
export interface Chart {
  readonly metric: string;
  readonly title: string;
  readonly yLabel: string;
  /** 'percent' shows 0..1 as per cent. */
  readonly format?: 'number' | 'percent';
  readonly logY?: boolean;
  readonly xLabel?: string;
}
/** How an outcome is named in tables; one without an entry takes its chart's title, else its raw name. */
export interface MetricText {
  readonly label: string;
  /** 'percent' shows 0..1 as per cent. */
  readonly format?: 'number' | 'percent';
  /** Shown behind the label. */
  readonly unit?: string;
}
export interface PictureSlot {
  readonly title: string;
  readonly says: string;
  /** The one that shows the method best: drawn large, in the middle. */
  readonly main?: boolean;
}
/** A quantity over seeds: the result `metric` of `arm`. */
export interface Quantity {
  readonly arm: string;
  readonly metric: string;
}
/**
 * One observable of a claim check: statistic(left - right) compared with a bound, over seeds.
 * 'median-of-differences': paired by seed; 'difference-of-medians': each side's median first; `absolute` takes |left - right|.
 */
export interface Observable {
  readonly says: string;
  readonly left: Quantity;
  readonly right: Quantity | number;
  readonly statistic: 'median-of-differences' | 'difference-of-medians';
  readonly absolute?: boolean;
  readonly comparison: '>' | '>=' | '<' | '<=';
  readonly bound: number;
  readonly unit?: string;
  /** Knobs that this observable changes from the card's defaults; observables with equal settings share their runs. */
  readonly setting?: Readonly<Record<string, number | string | boolean>>;
  readonly given?: Given;
}
/** What must be alike for a comparison to mean anything. A seed with |left - right| > `within` is void: it counts neither for the observable nor against it. */
export interface Given {
  readonly says: string;
  readonly left: Quantity;
  readonly right: Quantity | number;
  readonly within: number;
}
/** A question that the page may ask with its own few knobs: before a run (a preview) or of what a run left behind. */
export interface Ask {
  readonly title: string;
  readonly says: string;
  readonly knobs: Knobs;
  readonly needsRun: boolean;
  /** With `needsRun`: may be asked while the run goes on, and after it was stopped, of what it has kept so far. */
  readonly live?: boolean;
  /** Drawn by the card's own screen, not as a panel of its own. */
  readonly onScreen?: boolean;
}
/**
 * Files that a method can take in place of its own data. `weights`: tensors that an ONNX file keeps beside itself;
 * `picture`: one PNG, JPEG or WebP; `images`: a ZIP
 * file of folders of them, or some. */
export type FileKind = 'idx' | 'wav' | 'picture' | 'onnx' | 'weights' | 'npz' | 'npy' | 'csv' | 'text' | 'cifar' | 'images' | 'safetensors' | 'jsonl';

export interface Card<K extends Knobs = Knobs> {
  /** The folder's name, and its name in links: it never changes. */
  readonly id: string;
  readonly title: string;
  readonly family: 'own' | 'masks' | 'noise' | 'averages';
  /** Absent where no paper stands behind it. */
  readonly source?: Source;
  /** The claim in one sentence, in our words. */
  readonly claim: string;
  readonly knobs: K;
  /** Knobs at which a run takes a few seconds: what the shared tests run. Too short to judge the method by. */
  readonly quick?: Readonly<Record<string, number | string | boolean>>;
  readonly arms: Readonly<Record<string, Arm>>;
  readonly charts: readonly Chart[];
  /** Names of the outcomes, for the table of results. */
  readonly metrics?: Readonly<Record<string, MetricText>>;
  readonly pictures: Readonly<Record<string, PictureSlot>>;
  /** What must hold by construction, whatever the numbers: live lights on the page, tests in the folder. */
  readonly invariants: Readonly<Record<string, string>>;
  readonly claimCheck: readonly Observable[];
  readonly asks?: Readonly<Record<string, Ask>>;
  readonly accepts?: readonly FileKind[];
  /** What a dropped file does, in one sentence. */
  readonly acceptsSays?: string;
  /** A screen of its own between the controls and the charts, by name. */
  readonly screen?: 'model';
  /** Text knobs that speak of the user's model by name: they fall back to their defaults when another model is dropped. */
  readonly modelKnobs?: readonly string[];
}
/** What a method's `about.ts` holds: the long words, fetched when the method is opened. */
export interface About {
  /** What happens, for a reader who has not read the paper. Paragraphs of plain text. */
  readonly explanation: readonly string[];
  /** TeX, each with one line in words. */
  readonly equations: readonly { readonly tex: string; readonly says: string }[];
  /** What is unverified or doubtful, and where we depart from the paper. Shown as it is. */
  readonly caveats: readonly string[];
}

const textOf = ({ metrics }: Card, metric: string): MetricText | undefined => (metrics && Object.hasOwn(metrics, metric) ? metrics[metric] : undefined);
const chartOf = ({ charts }: Card, metric: string): Chart | undefined => charts.find((c) => c.metric === metric);
/** An outcome's name with its unit: the card's own, else its chart's title, else the raw name. */
export function metricLabel(card: Card, metric: string): string {
  const text = textOf(card, metric);
  return text ? `${text.label}${text.unit ? ` (${text.unit})` : ''}` : (chartOf(card, metric)?.title ?? metric);
}
export const formatOf = (card: Card, metric: string): 'number' | 'percent' => textOf(card, metric)?.format ?? chartOf(card, metric)?.format ?? 'number';

export const defineCard = <K extends Knobs>(card: Card<K>): Card<K> => card;
