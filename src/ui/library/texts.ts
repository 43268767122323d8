import type { Dataset } from '../../spec/dataset';

/** Every text of the library's screen. */
export const texts = {
  title: 'Data and models',
  claim: 'Everything that the methods learn from: made on the spot from a seed, or pre-trained by this very engine. Nothing is fetched from another site.',
  contents: 'Contents of the library',
  all: 'All at a glance',
  shelves: { sets: 'Generators', models: 'Pre-trained models', files: 'Your own files' },
  families: { glyphs: 'Glyphs', scenes: 'Scenes', language: 'Language', signals: 'Signals', segmentation: 'Segmentation', toy: 'Toy distributions' } satisfies Record<Dataset['family'], string>,
  opening: 'Opening…',
  waiting: 'Drawing…',
  unknown: (item: string) => `The library holds no "${item}". Choose from the list.`,
  knobs: 'Knobs', seed: 'Seed', seedHelp: 'Every example is a function of seed, split and number alone.', restore: 'Restore defaults', noKnobs: 'Nothing to set here but the seed.', again: 'Another seed',
  fields: 'What one example holds', field: 'Name', is: 'What it is',
  measures: 'How good it is', measure: 'On held-out data', value: 'This model', baseline: 'For nothing', better: { higher: 'higher is better', lower: 'lower is better' },
  measuresSays: 'Measured when the model was made; a test measures them again from the file.',
  trainedOn: 'How it was made', command: 'Made again by', licence: 'Licence', size: 'Size', params: 'Trained numbers', made: (seconds: number) => `in ${seconds} s on one core`, hash: 'SHA-256', base: 'Model',
  tensors: (count: number) => `Its ${count} tensors`, tensor: 'Tensor', shape: 'Shape', mean: 'Mean', std: 'Standard deviation',
  save: 'Save the ONNX file', use: 'Train it on your own data', opens: (title: string) => `Open ${title}`,
};
