/** Every text of this screen, in one place, ready to be translated. */
import type { MemoryEstimate, Task, TensorRole, TensorUse } from '../../spec/own-model';
import { numberText } from '../../store/format';

/** 1 of something, or more. */
const many = (n: number, one: string, more = `${one}s`): string => `${numberText(n)} ${n === 1 ? one : more}`;

export const texts = {
  title: 'Model and data',
  waiting: 'Reading the model…',
  missing: 'Waiting for the files that this experiment reads.',
  working: 'Looking again…',
  drop: {
    title: 'Bring a model and its data',
    says: 'An ONNX file, and data: x and y as NumPy arrays or safetensors, a folder of pictures (or a ZIP file of it), IDX, CIFAR, a table, JSON lines, or a text.',
    choose: 'Choose files', or: 'or drop them anywhere', limit: (size: string) => `Up to ${size} each. Nothing is uploaded.`,
    fromWeb: 'From a web address', close: 'Close',
  },
  model: {
    label: 'Model', shipped: 'ships with this page', own: 'your file', remove: (name: string) => `Remove ${name}`, missing: 'not on this page',
    summary: (parameters: number, nodes: number, multiplyAdds: number) => `${many(parameters, 'parameter')}, ${many(nodes, 'operator')}, ${numberText(multiplyAdds)} multiply-adds an example`,
    input: 'Input', output: 'Output', fed: 'fed with x', fedWith: (name: string) => `fed with ${name}`, feed: (name: string) => `Feed x to ${name}`, trainedOn: 'trained on', trainOn: (name: string) => `Train on ${name}`, written: 'Written by', opset: (n: number) => `opset ${n}`, notes: (n: number) => many(n, 'note'),
    any: 'any',
  },
  data: {
    label: 'Data', shipped: 'drawn by this page', none: 'Nothing that can be read yet.',
    split: (train: number, validation: number) => `${many(train, 'example')} to train on, ${numberText(validation)} set aside`,
    range: (least: number, greatest: number, mean: number) => `${numberText(least)} to ${numberText(greatest)}, mean ${numberText(mean)}`,
    classes: (n: number) => many(n, 'class', 'classes'), balance: (least: number, most: number) => (least === most ? `${many(least, 'example')} each` : `${numberText(least)} to ${numberText(most)} examples each`),
    bar: (label: string, count: number) => `${label}: ${many(count, 'example')}`, samples: 'A few examples',
  },
  fit: {
    label: 'Do they fit?', fits: 'Model, choice and data fit.', not: (n: number) => (n === 1 ? 'One thing does not fit' : `${n} things do not fit`),
    task: { classification: 'Classification', regression: 'Regression', 'language-modelling': 'Language modelling', embedding: 'Embedding' } satisfies Record<Task, string>,
    trains: (numbers: number, masked: number) => (masked === 0 ? `${many(numbers, 'number')} trained` : `${numberText(numbers)} trained, ${numberText(masked)} masked`),
  },
  memory: {
    label: 'Memory', of: (used: string, limit: string) => `${used} of ${limit}`, tooMuch: 'too much', estimate: 'An estimate, made before anything is allocated.', parts: 'Part by part',
    provider: { wasm: 'WASM', webgpu: 'WebGPU' } satisfies Record<MemoryEstimate['provider'], string>,
    part: { params: 'Trained params and scores', frozen: 'Frozen params', gradients: 'Gradients', optimizer: 'Optimiser', activations: 'Activations', inputs: 'Batch' } satisfies Record<Exclude<keyof MemoryEstimate, 'provider' | 'total'>, string>,
    total: 'Together', column: 'Part',
  },
  layers: {
    label: 'Layers and tensors', open: 'Choose what is trained, masked and frozen', list: (n: number) => `Layers and tensors, ${many(n, 'row')}`,
    counts: (trained: number, masked: number, frozen: number) => `${numberText(trained)} trained, ${numberText(masked)} masked, ${numberText(frozen)} frozen`,
    filter: 'Filter by name', withTensors: 'With tensors only', set: (n: number) => `Set the ${many(n, 'tensor')} shown to`,
    presets: 'Or choose at once', preset: { default: 'Default', all: 'All trained', masks: 'All masked', biases: 'Biases alone', last: 'Last layer alone', none: 'None' },
    columns: { name: 'Operator or tensor', shape: 'Shape', numbers: 'Numbers', multiplyAdds: 'Multiply-adds', use: 'Use' },
    use: { trained: 'Trained', masked: 'Masked', frozen: 'Frozen' } satisfies Record<TensorUse, string>,
    short: { trained: 'T', masked: 'M', frozen: 'F' } satisfies Record<TensorUse, string>,
    of: (name: string) => `Use of ${name}`, ofLayer: (name: string) => `Use of all tensors of ${name}`,
    role: { weight: 'weight', bias: 'bias', scale: 'scale', embedding: 'embedding', statistic: 'running statistic', constant: 'constant' } satisfies Record<TensorRole, string>,
    shared: (n: number) => `read by ${n} operators`, stays: 'stays as it is', notDifferentiable: 'no gradient', none: 'Nothing has such a name.',
    tooLong: 'This choice cannot be written in a link of this length, so it was not taken. Choose by pattern: head.*, *.bias.',
    pattern: 'The patterns of the knobs name something else:',
  },
  take: {
    label: 'Take the model away', arm: 'of', needs: 'Available when a run has begun.', made: 'Made on this computer, from the weights as they stand.', working: 'Making it…', saved: (name: string, size: string) => `${name}, ${size}, saved.`,
    what: { model: 'Model (ONNX)', weights: 'Weights (safetensors)', step: 'Training step (ONNX)', script: 'Python script (ZIP)' },
    whole: {
      model: 'The trained model; where tensors are masked, also one that keeps weights and masks apart', weights: 'All weights under their names, and the masks',
      step: 'Forward, backward and optimiser as one ONNX graph, and the state that it starts from', script: 'Repeats the run with onnxruntime and numpy alone; step, state and data are with it',
    },
  },
} as const;
