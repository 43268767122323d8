import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat, toggle } from '../../spec/knobs';

export const card = defineCard({
  id: 'pg-noise-mask',
  title: 'Noise masks by policy gradient',
  family: 'noise',
  source: { title: 'Policy gradient-driven noise mask', authors: 'Yavuz and Yang', year: 2024, arxiv: '2406.14568', code: 'https://github.com/convergedmachine/Policy-Gradient-Driven-Noise-Mask' },
  claim: 'A small network that draws a noise mask for every picture, and learns from the loss that the mask has caused, warms up a classifier that is then finished on clean pictures.',
  knobs: {
    grid: choice({ label: 'Cells a side', options: { '4': '4', '7': '7', '14': '14' }, default: '7' }),
    blur: choice({ label: 'Blur of the mask', options: { none: 'none', narrow: '3 px, σ 1', wide: '5 px, σ 1.5' }, default: 'narrow' }),
    blend: float({ label: 'Blend with the base γ', min: 0, max: 0.99, step: 0.01, default: 0.9 }),
    baseDecay: float({ label: 'Base follows, η', min: 0.5, max: 0.999, step: 0.001, default: 0.99 }),
    ratio: float({ label: 'Policy\'s learning rate over the classifier\'s', min: 0.01, max: 2, step: 0.01, default: 0.1 }),
    centred: toggle({ label: 'Centred reward', default: false, help: 'Off: as released.' }),
    share: float({ label: 'Share of the first phase', min: 0.2, max: 0.9, step: 0.05, default: 0.7 }),
    averaging: toggle({ label: 'Average three checkpoints', default: false, help: 'Of the end of the first phase, for every arm.' }),
    noise: float({ label: 'Added noise', min: 0.05, max: 2, step: 0.05, default: 0.5, help: 'Standard deviation, of the arm with added noise.' }),
    steps: int({ label: 'Steps', min: 6, max: 5000, default: 600, help: 'Of both phases.' }),
    batch: int({ label: 'Batch size', min: 6, max: 128, default: 48 }),
    learningRate: logFloat({ label: 'Learning rate, policy', min: 1e-4, max: 1, default: 0.02, help: 'A tenth after each third of the first phase; in the second a tenth of this, after a warm-up.' }),
    plainRate: logFloat({ label: 'Learning rate, clean', min: 1e-4, max: 2, default: 0.2, help: 'Falls alike. No score multiplies it.' }),
    noiseRate: logFloat({ label: 'Learning rate, random masks and added noise', min: 1e-4, max: 2, default: 0.1, help: 'Falls alike.' }),
    label: choice({ label: 'Classes', options: { class: 'characters', both: 'characters, and how they are shown' }, default: 'class', group: 'Data' }),
    perClass: int({ label: 'Training pictures a character', min: 6, max: 300, default: 90, group: 'Data' }),
    perTest: int({ label: 'Test pictures a character', min: 3, max: 100, default: 30, group: 'Data' }),
  },
  quick: { steps: 6, batch: 6, perClass: 6, perTest: 3 },
  arms: {
    policy: { label: 'Policy', says: 'Masks drawn by a policy that learns; then clean pictures.', role: 'method' },
    plain: { label: 'Clean throughout', says: 'Clean pictures in both phases.', role: 'baseline' },
    random: { label: 'Random masks', says: 'Masks of uniform noise, enlarged and blurred alike; then clean pictures.', role: 'baseline' },
    gaussian: { label: 'Added noise', says: 'Gaussian noise added to every pixel; then clean pictures.', role: 'baseline' },
  },
  charts: [
    { metric: 'clean/accuracy', title: 'Accuracy on clean test pictures', yLabel: 'share', format: 'percent' },
    { metric: 'train/loss', title: 'Cross-entropy of the batch R', yLabel: 'nats' },
    { metric: 'policy/score', title: 'Mean score S', yLabel: 'log density', xLabel: 'step of the first phase' },
    { metric: 'policy/entropy', title: 'Entropy of the base', yLabel: 'nats a cell', xLabel: 'step of the first phase' },
    { metric: 'masked/accuracy', title: 'Accuracy under masks of the base', yLabel: 'share', format: 'percent', xLabel: 'step of the first phase' },
  ],
  metrics: {
    'clean/accuracy': { label: 'Clean test accuracy', format: 'percent' },
    'intermediate/accuracy': { label: 'Clean accuracy before the second phase', format: 'percent' },
    'finished/gain': { label: 'Gain of the second phase', format: 'percent' },
    'unseen/accuracy': { label: 'Unseen characters, from its features', format: 'percent' },
  },
  pictures: {
    masks: { title: 'Pictures, masks, products', says: 'One of each kind of picture: as it is, the mask that was drawn for it, and what the classifier sees.', main: true },
    distributions: { title: 'What the policy would draw', says: 'Mean and variance of the base\'s noise, cell by cell, and the mean that the policy asks for each kind of picture.' },
    kinds: { title: 'Accuracy by kind', says: 'Clean test pictures of each kind, at the end.' },
  },
  invariants: {
    range: 'Every entry of a mask lies in [0, 1].',
    descends: 'The mean score is positive, so that the classifier descends.',
    dropped: 'The finished model has no weight of the policy.',
  },
  claimCheck: [
    { says: 'After the second phase it is within a point of plain training at as many steps, or better.', left: { arm: 'policy', metric: 'clean/accuracy' }, right: { arm: 'plain', metric: 'clean/accuracy' }, statistic: 'difference-of-medians', comparison: '>=', bound: -0.01 },
    { says: 'The second phase raises the accuracy of the intermediate model on clean pictures.', left: { arm: 'policy', metric: 'finished/gain' }, right: 0, statistic: 'median-of-differences', comparison: '>', bound: 0 },
  ],
});
