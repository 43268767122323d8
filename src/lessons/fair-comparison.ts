import type { Lesson } from '../spec/lesson';

/** Figures: npx stipple run '#pg-noise-mask?v=1&seed=3&arms=policy,plain&k.learningRate=0.03&k.plainRate=0.03', the same without the rates, and docs/claims.md. */
export const lesson: Lesson = {
  version: 1, id: 'fair-comparison', title: 'How to beat a baseline', family: 'noise', audience: 'whoever reads tables of results', minutes: 12,
  says: 'A method beats plain training on five seeds of five. Then plain training is given its own learning rate.',
  steps: [
    { title: 'A method and its rival', link: '#pg-noise-mask?v=1&backend=wasm&seed=3&arms=policy,plain&k.learningRate=0.03&k.plainRate=0.03', look: { kind: 'knob', name: 'plainRate' }, text: ['A small network draws a noise mask for every training picture, and learns from the loss that it causes. The classifier that was trained under such masks is finished on clean pictures. Its rival is trained on clean pictures throughout.', 'Both have the same learning rate here, 0.03, as many steps, the same pictures. That sounds fair.'] },
    { title: 'The method wins', task: 'Press Run. It takes about a minute.', until: { kind: 'finished' }, look: { kind: 'results' }, text: ['At this rate the method is ahead. It was on every one of the seeds 1 to 5.'],
      foretold: { says: 'The policy arm reads more clean test pictures.', left: { arm: 'policy', metric: 'clean/accuracy' }, right: { arm: 'plain', metric: 'clean/accuracy' }, comparison: '>' } },
    { title: 'What was the same, and what was not', look: { kind: 'about' }, text: ['The method multiplies the classifier’s gradient by the score of its masks, a number of about four. So “the same learning rate” is a rate four times as high for one of the two.'],
      question: { asks: 'What would be a fairer comparison?', right: 2, options: [
        { text: 'The same rate for both, but with more seeds.', why: 'More seeds make the figure surer. They do not make it fairer.' },
        { text: 'A quarter of the rate for the method.', why: 'Better, but it assumes that this is the only difference.' },
        { text: 'For each the rate that suits it best, found on other seeds.', why: 'As much care for the baseline as for the method, and not on the seeds that decide.' }] } },
    { title: 'Each at its best', link: '#pg-noise-mask?v=1&backend=wasm&seed=3&arms=policy,plain', task: 'Both have the rates now that were best on seeds 101 to 103. Press Run.', until: { kind: 'finished' }, look: { kind: 'results' }, text: ['0.02 for the method, 0.2 for plain training: ten times the rate that it had.'],
      foretold: { says: 'Plain training is ahead.', left: { arm: 'plain', metric: 'clean/accuracy' }, right: { arm: 'policy', metric: 'clean/accuracy' }, comparison: '>' } },
    { title: 'Not so fast', link: '#pg-noise-mask?v=1&backend=wasm&seed=1&arms=policy,plain', task: 'The same with seed 1. Press Run.', until: { kind: 'finished' }, look: { kind: 'results' }, text: ['One seed is one draw.'],
      foretold: { says: 'On this seed the policy arm is ahead.', left: { arm: 'policy', metric: 'clean/accuracy' }, right: { arm: 'plain', metric: 'clean/accuracy' }, comparison: '>' } },
    { title: 'What may be said', look: { kind: 'claim' }, text: ['Over seeds 1 to 5, with each arm at its best rate, the method is ahead on two and behind on three, by up to twenty points either way. The statement “within a point of plain training” does not hold here.', 'It says little about the paper, whose pictures, networks and steps are far larger. It says much about a comparison at one shared learning rate.'] },
  ],
};
