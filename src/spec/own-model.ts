/**
 * A model of the user's own, as plain data: what its file holds, what may be trained, what the user chose, what it will cost. Made by
 * `lab/own`, drawn by the page, printed by the command line.
 */

/** Element types that a file may hold; halves are computed with as float32. */
export type ElementType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'bool';

/** An input or output of the file's graph. */
export interface PortDescription {
  readonly name: string;
  readonly dtype: ElementType;
  /** A name stands for a size that the file leaves open ('' where it has no name). */
  readonly dims: readonly (number | string)[];
}

/** What a stored tensor is to the nodes that read it. `statistic`: running mean or variance. `constant`: no gradient reaches it, or it is a mask. */
export type TensorRole = 'weight' | 'bias' | 'scale' | 'embedding' | 'statistic' | 'constant';
/** Trained by gradient; frozen under a learned 0/1 mask; or left as it is, bit for bit. */
export const tensorUses = ['trained', 'masked', 'frozen'] as const;
export type TensorUse = (typeof tensorUses)[number];

/** One initializer, under its ONNX name. */
export interface TensorDescription {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** Numbers that it holds. */
  readonly count: number;
  readonly role: TensorRole;
  readonly defaultUse: TensorUse;
  /** Why it cannot be trained, naming the node; absent where it can. */
  readonly blocked?: string;
}
/** One node of the file's graph. */
export interface LayerDescription {
  /** The node's name; where it has none, that of its first output. */
  readonly name: string;
  /** ONNX's operator, `com.microsoft.Gelu` outside its own domain. */
  readonly operator: string;
  /** Shape of the first output, at the sizes the model was read with; absent for what the reader folded away. */
  readonly output?: readonly number[];
  /** Initializers that it reads, by name. */
  readonly reads: readonly string[];
  readonly parameters: number;
  /** Multiply-adds of one forward pass at those sizes; 0 for what moves or compares numbers. */
  readonly multiplyAdds: number;
  /** Why no gradient passes through it; absent where one does. */
  readonly blocked?: string;
}
export interface ModelDescription {
  readonly name: string;
  /** Who wrote the file: 'pytorch 2.3.0'. '' where it does not say. */
  readonly producer: string;
  readonly opset: number;
  readonly inputs: readonly PortDescription[];
  readonly outputs: readonly PortDescription[];
  readonly tensors: readonly TensorDescription[];
  readonly layers: readonly LayerDescription[];
  /** Operator -> how many nodes, most frequent first. */
  readonly operators: readonly (readonly [string, number])[];
  /** Numbers in all tensors that a gradient could train. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Sentences for the user: what was read otherwise than it stands in the file. */
  readonly notes: readonly string[];
}

/**
 * Which tensors are trained and masked: lists of patterns (see `spec/pattern`) over their names. Without `trained`, the default uses hold.
 * `masked` goes over `trained`, and `frozen` over both.
 */
export interface TensorChoice {
  readonly trained?: string;
  readonly masked?: string;
  readonly frozen?: string;
}

export const taskNames = ['classification', 'regression', 'language-modelling', 'embedding'] as const;
export type Task = (typeof taskNames)[number];
export interface TaskCard {
  readonly title: string;
  /** What x and y must be. */
  readonly data: string;
  /** TeX. */
  readonly loss: string;
  readonly lossName: 'cross-entropy' | 'mse' | 'contrastive';
}
export const taskCards: Readonly<Record<Task, TaskCard>> = {
  classification: {
    title: 'Classification',
    data: 'The first output is logits [n, classes] or [n, classes, ...]; y is labels [n] or [n, ...] from 0, or probabilities in the shape of the logits.',
    loss: String.raw`-\frac{1}{n}\sum_i \log \operatorname{softmax}(z_i)_{y_i}`,
    lossName: 'cross-entropy',
  },
  regression: {
    title: 'Regression',
    data: 'y has the shape of the first output.',
    loss: String.raw`\frac{1}{N}\sum_j (\hat{y}_j - y_j)^2`,
    lossName: 'mse',
  },
  'language-modelling': {
    title: 'Language modelling',
    data: 'x is token ids [n, t]; the first output is logits [n, t, vocabulary]; position j is to predict token j + 1. No y.',
    loss: String.raw`-\frac{1}{n(t-1)}\sum_{i,\,j<t} \log \operatorname{softmax}(z_{ij})_{x_{i,j+1}}`,
    lossName: 'cross-entropy',
  },
  embedding: {
    title: 'Embedding',
    data: 'The first output is one vector for each example, [n, d]; y is labels [n]. Vectors of equal labels are drawn together.',
    loss: String.raw`-\frac{1}{|A|}\sum_{i\in A}\frac{1}{|P(i)|}\sum_{p\in P(i)}\log\frac{e^{u_i\cdot u_p/\tau}}{\sum_{a\ne i}e^{u_i\cdot u_a/\tau}}`,
    lossName: 'contrastive',
  },
};

export const optimizerNames = ['sgd', 'adam', 'adamw'] as const;
/** With PyTorch's meanings and defaults: `weightDecay` is coupled (L2) for sgd and adam, decoupled for adamw. */
export interface OptimizerChoice {
  readonly name: (typeof optimizerNames)[number];
  readonly learningRate: number;
  /** sgd alone; default 0. */
  readonly momentum?: number;
  /** Default 0; for adamw 0.01. */
  readonly weightDecay?: number;
}

/** Bytes that a training would take, part by part, on one provider. */
export interface MemoryEstimate {
  readonly provider: 'wasm' | 'webgpu';
  /** Trained numbers and mask scores; frozen ones. */
  readonly params: number;
  readonly frozen: number;
  readonly gradients: number;
  readonly optimizer: number;
  /** Largest sum of values alive at one time in the step. */
  readonly activations: number;
  readonly inputs: number;
  readonly total: number;
}
