import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'An ONNX file holds a network for use, not for training: a forward pass and its weights. Here it is read into a graph of operators, each of which knows its own gradient. So the whole step, forward, backward and optimiser, becomes one new ONNX graph, and that is what runs.',
    'Each stored tensor is trained, masked or frozen. A trained tensor follows the gradient. A masked one keeps its numbers and learns which of them to switch off: beside each stands a score, and the number counts only while its score is above a threshold. A frozen one is left bit for bit.',
    'Five arms start from the same weights and see the same batches: your choice, everything trained, the last layer alone, masks alone with no weight changed, and nothing at all.',
    'With no file dropped, the model is a small network that was trained on upright capital letters, and the data are the same letters as a negative, white on black turned to black on white. Nothing is uploaded: files, weights and results stay on this computer.',
  ],
  equations: [
    { tex: String.raw`\theta \leftarrow \mathrm{optimiser}\big(\theta,\ \nabla_\theta \tfrac1n \textstyle\sum_i L(f(x_i;\theta), y_i)\big)`, says: 'A trained tensor follows the gradient of the mean loss over the batch.' },
    { tex: String.raw`W' = B \odot W,\qquad B = \mathbf{1}[M > 0.005],\qquad \frac{\partial L}{\partial M} := \frac{\partial L}{\partial B}`, says: 'A masked tensor keeps its numbers W. Scores M are trained; the threshold passes their gradient as it is (Mallya et al. 2018).' },
  ],
  caveats: [
    'float16 weights are widened to float32; what is computed here can differ from the file by rounding.',
    'Batch normalisation runs as the file says: one exported for use keeps its stored statistics, which are never touched; one exported for training uses those of the batch and carries the stored ones along.',
    'Dropout does nothing: an exported file has it switched off.',
    'The last layer is taken to be the tensors that the last operator with weights reads. Masks alone lie over tensors of two and more axes, and are always trained by Adam.',
    'Examples are shuffled once, by the seed, and then come in that order again and again: so the Python script that can be taken away sees the same batches.',
    'The learning rate stays the same throughout. Memory is estimated from the graph; what the runtime keeps beside it is not in the estimate.',
  ],
};
