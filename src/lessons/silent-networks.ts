import type { Lesson } from '../spec/lesson';

/** Figures: npx stipple run '#winner?v=1&arms=siren,siren2&k.samples=1024&k.steps=200', and the same with k.signal=low-pass. */
export const lesson: Lesson = {
  version: 1, id: 'silent-networks', title: 'Why does this network stay silent?', family: 'noise', audience: 'anyone who has seen a network train', minutes: 8,
  says: 'Two networks are asked to sing the same high note. One learns nothing at all. The only difference is noise, added once, before training.',
  steps: [
    { title: 'A high note', link: '#winner?v=1&backend=wasm&arms=siren,siren2&k.samples=1024&k.steps=200', look: { kind: 'knob', name: 'signal' }, text: ['A sine network takes a time and gives the loudness of a sound at that time. The sound here holds high frequencies alone: the band between 0.3 and 0.6 of the highest that so many samples can carry.', 'Two networks are trained on it. They are alike in every way but one: the second has had noise added to two of its weight matrices before training began.'] },
    { title: 'Press Run', task: 'Press Run and wait for the end. It takes about ten seconds.', until: { kind: 'finished' }, look: { kind: 'chart', name: 'psnr' }, text: ['The curve shows how near each network comes to the sound, in decibels: higher is nearer. Watch the one without noise.'],
      foretold: { says: 'The network with noise comes far nearer.', left: { arm: 'siren2', metric: 'psnr' }, right: { arm: 'siren', metric: 'psnr' }, comparison: '>' } },
    { title: 'As good as nothing', look: { kind: 'results' }, text: ['Look at the table. The plain network ends at about 10.1 decibels. So does a network that says “zero” for every time: that figure stands in the column beside it. Two hundred steps have taught it nothing.', 'It is not that it could not represent the sound. Its weights begin small, so that everything it can say at first is slow; and the gradient towards something fast is nearly zero from there.'],
      question: { asks: 'What does the column “PSNR of predicting zero” tell us?', right: 1, options: [
        { text: 'How loud the sound is.', why: 'It has to do with it, but the point is another: it is what a network that has learned nothing would score.' },
        { text: 'What a network scores that has learned nothing, so that we can see whether ours has.', why: 'A baseline that does nothing is the cheapest honesty there is.' },
        { text: 'How well the network does between the samples.', why: 'That is another column: “PSNR between samples”.' }] } },
    { title: 'How much noise?', look: { kind: 'picture', name: 'spectrum' }, text: ['The method does not guess. It looks at the sound’s spectrum and finds its centre of gravity: for a slow sound near 0, for white noise near a half. The higher it lies, the more noise is added.'] },
    { title: 'A slow sound', link: '#winner?v=1&backend=wasm&arms=siren,siren2&k.samples=1024&k.steps=200&k.signal=low-pass', task: 'The signal is “Low-pass” now. Press Run again.', until: { kind: 'finished' }, look: { kind: 'chart', name: 'psnr' }, text: ['For a slow sound the rule adds hardly any noise, and it should: the plain network manages that by itself.'],
      question: { asks: 'Both networks now end within about a decibel of each other. What would it have meant if the noisy one had been far worse?', right: 0, options: [
        { text: 'That the method helps on some sounds and harms on others.', why: 'A method that switches itself off where it is not needed is worth more than one that helps on average.' },
        { text: 'That the seed was a bad one.', why: 'Perhaps: but then several seeds have to say so. Set “Number of seeds” to 3 and see.' }] } },
    { title: 'One seed is no seed', task: 'Set the number of seeds to 3 or more.', until: { kind: 'seeds', least: 3 }, look: { kind: 'claim' }, text: ['What you have seen was one draw of the weights. Below the results stands what the paper claims, as statements that can fail. “Run claim check” tries them over five seeds at the full setting.'] },
  ],
};
