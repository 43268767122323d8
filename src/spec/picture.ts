/** Pictures that a method draws besides its charts, as plain data: the page knows how to draw each kind, and no method draws. */
export interface HeatMap {
  readonly kind: 'heatmap';
  readonly rows: number;
  readonly columns: number;
  /** Row-major, rows * columns. */
  readonly values: Float32Array;
  /** binary: 0 or 1; sequential: dark to light; diverging: around 0. */
  readonly scale: 'binary' | 'sequential' | 'diverging';
  readonly range?: readonly [number, number];
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly rowLabels?: readonly string[];
  readonly columnLabels?: readonly string[];
}
/** Several heat-maps side by side, for instance one mask per layer. */
export interface Tiles {
  readonly kind: 'tiles';
  readonly tiles: readonly (HeatMap & { readonly label: string; readonly caption?: string })[];
}
export interface Histogram {
  readonly kind: 'histogram';
  /** counts.length + 1 edges, ascending. */
  readonly edges: Float32Array;
  readonly counts: Float32Array;
  readonly xLabel: string;
  readonly markers?: readonly { readonly label: string; readonly x: number }[];
}
export interface Lines {
  readonly kind: 'lines';
  readonly xLabel: string;
  readonly yLabel: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** `arm` takes that arm's colour. */
  readonly series: readonly { readonly label: string; readonly arm?: string; readonly dashed?: boolean; readonly x: Float32Array; readonly y: Float32Array }[];
  readonly markers?: readonly { readonly label: string; readonly x: number }[];
}
export interface Scatter {
  readonly kind: 'scatter';
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the points of each group have in common, for a legend: then a point's colour is its group's. */
  readonly groups?: readonly string[];
  /** A star stands for a soup, a dot for an ingredient, a ring for a reference. */
  readonly points: readonly { readonly label: string; readonly arm?: string; readonly group?: number; readonly shape: 'dot' | 'star' | 'ring'; readonly x: number; readonly y: number }[];
}
/** A function over a plane, with named points in it. values[row * columns + column] is at x[column], y[row]. */
export interface Plane {
  readonly kind: 'plane';
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly values: Float32Array;
  readonly valueLabel: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly { readonly label: string; readonly x: number; readonly y: number }[];
}
export interface Images {
  readonly kind: 'images';
  /** How many stand in a row, where rows mean something. */
  readonly columns?: number;
  readonly images: readonly { readonly label: string; readonly width: number; readonly height: number; /** 1 (grey) or 3 (RGB), row-major, interleaved. */ readonly channels: 1 | 3; readonly data: Uint8Array }[];
}
/** Sound that can be played; samples in [-1, 1]. */
export interface Audio {
  readonly kind: 'audio';
  readonly sampleRateHz: number;
  readonly clips: readonly { readonly label: string; readonly arm?: string; readonly samples: Float32Array }[];
}
export interface Table {
  readonly kind: 'table';
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}
export type Picture = HeatMap | Tiles | Histogram | Lines | Scatter | Plane | Images | Audio | Table;
