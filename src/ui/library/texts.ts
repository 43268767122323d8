import type { Dataset } from '../../spec/dataset';

/** Every text of the library's screen. */
export const texts = {
  previews: 'Pictures of it',
  title: 'Data and models',
  claim: 'Everything that the methods learn from: made on the spot from a seed, or pre-trained by this very engine. Nothing is fetched from another site unless you ask for it.',
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
  files: {
    title: 'Look at your own files', claim: 'Drop what you have: it is read in this browser, and you see what is in it before anything is trained on it. Files stay on this computer.',
    choose: 'Choose files', folder: 'Choose a folder', drop: 'or drop them anywhere on the page', kinds: 'What can be read', reading: (count: number) => `Reading ${count} ${count === 1 ? 'file' : 'files'}…`, none: 'Nothing chosen yet.',
    notes: 'What the reader did', warnings: 'Before you train on it', fine: 'Nothing found that speaks against training on it.', tooLarge: (name: string, size: string, limit: string) => `"${name}" is ${size}; at most ${limit} are read. It was left out.`, tooMuch: (files: number, size: string, limit: string) => `These ${files} files are ${size} together; at most ${limit} are read at once. None was read: drop fewer of them.`, unreadable: (name: string) => `"${name}" could not be read by the browser. Check that it still exists.`,
    use: 'Use it in “Train your own model”', title_: 'Kind', endings: 'Endings',
  },
  publicSets: {
    title: 'Well-known public data', says: 'Nothing is fetched before you press Load. What comes is compared with the size and hash that stand here, and kept by this browser for when there is no network.',
    load: 'Load', cancel: 'Cancel', loading: (name: string, got: string, of: string) => `${name}: ${got} of ${of}`, licence: 'Licence', homePage: 'Home page', citation: 'Citation',
    crossOrigin: { usual: 'Its host usually lets pages read it.', unknown: 'Whether its host lets pages read it is not known: if it is refused, download it and drop it here.' },
    tooLarge: (limit: string) => `Larger than the ${limit} that are read: take a part of it out and drop that.`,
    kept: 'Kept by this browser', none: 'Nothing yet.', remove: (name: string) => `Remove ${name} from this browser`, at: (date: string) => `since ${date}`,
    notKept: (name: string) => `${name} is here, but this browser has no room to keep it: it will be fetched again the next time. Remove something under Runs, Storage.`,
  },
  fromWeb: 'From a web address',
  saving: { title: 'Take examples away', count: 'Examples', split: 'Split', splitHelp: 'Splits share no example.', form: 'As', forms: { npz: 'arrays (NPZ)', jsonl: 'one example a line (JSONL)' }, save: 'Save', busy: 'Making them…' },
  kinds: { images: 'pictures', arrays: 'arrays', tensors: 'tensors', table: 'a table', text: 'text', sound: 'sound', records: 'records' },
  save: 'Save the ONNX file', use: 'Train it on your own data', opens: (title: string) => `Open ${title}`,
};
