/** What is said of kept checkpoints, wherever they are listed. */
export const texts = {
  title: 'Checkpoints',
  none: 'No checkpoint is kept yet. Press "Keep checkpoints" under the results of a finished run, or bring a file: safetensors, ONNX or NPZ.',
  noStorage: 'This browser does not let the page keep anything, so there can be no checkpoints here.',
  size: (count: number, size: string) => `${count} ${count === 1 ? 'checkpoint' : 'checkpoints'}, ${size} in this browser`,
  add: 'Add files',
  columns: { name: 'Name', from: 'From', tensors: 'Tensors', numbers: 'Numbers', size: 'Size', when: 'Kept' },
  nameOf: (name: string) => `Name of ${name}`,
  forget: (name: string) => `Remove ${name}`,
  save: 'Save',
  saveTensors: (name: string) => `Save ${name} as safetensors`,
  onnx: 'ONNX',
  saveOnnx: (name: string) => `Save ${name} as ONNX`,
  from: {
    run: (title: string, seed: number) => `Run of ${title}, seed ${seed}`,
    file: (file: string) => `File ${file}`,
    shipped: 'Ships with the page',
  },
  openRun: (name: string) => `Open the experiment of ${name}`,
} as const;
