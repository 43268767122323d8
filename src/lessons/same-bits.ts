import type { Lesson } from '../spec/lesson';

/** Any run of this setting ends with the fingerprint that its link carries. */
export const lesson: Lesson = {
  version: 1, id: 'same-bits', title: 'The same bits', family: 'own', audience: 'whoever has failed to repeat a result', minutes: 6,
  says: 'Run an experiment twice, on two machines, in two browsers. Here the numbers agree to the last bit, and a link proves it.',
  steps: [
    { title: 'A small run', link: '#winner?v=1&backend=wasm&arms=siren,siren2&k.samples=512&k.steps=60', task: 'Press Run.', until: { kind: 'finished' }, look: { kind: 'share' }, text: ['Training a network takes thousands of random numbers and millions of roundings. Usually a second run gives something else. Here every random number has a name, drawn from a counter and not from a clock, and no result depends on a function that browsers compute differently.'] },
    { title: 'A fingerprint', look: { kind: 'share' }, task: 'Copy the link.', text: ['The link now ends in a proof: a fingerprint of all the weights that came out, sixteen hexadecimal digits. One changed bit anywhere would change it.', 'Send the link to somebody, or open it in another browser. It runs by itself, and the page says whether the bits agree.'] },
    { title: 'Another seed', look: { kind: 'run' }, task: 'Answer first, then try: change the seed and run.', until: { kind: 'answered' }, text: ['The seed is the root of every random number. The same seed gives the same run.'],
      question: { asks: 'Two runs agree to the last bit. What has been shown?', right: 0, options: [
        { text: 'That the same experiment was run. Not that its conclusion is right.', why: 'Reproducing a mistake exactly is possible too.' },
        { text: 'That the method works.', why: 'Only that this run of it gives these numbers. Other seeds, data and settings may say otherwise.' },
        { text: 'That both machines have the same processor.', why: 'On WASM with one thread the bits do not depend on it.' }] } },
    { title: 'Where bits may differ', look: { kind: 'run' }, text: ['On a graphics card, sums are made in an order that differs from card to card, so that last digits differ. There the page compares a few figures and says by how much they differ. On WebAssembly it asks for equal bits.'] },
  ],
};
