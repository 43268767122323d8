import type { Lesson } from '../spec/lesson';

/** Figures: npx stipple run '#fine-tune?v=1&arms=tuned,scratch&k.steps=100&k.perClass=4', and with k.perClass=24. */
export const lesson: Lesson = {
  version: 1, id: 'head-start', title: 'A head start', family: 'own', audience: 'a first lesson on transfer learning', minutes: 8,
  says: 'Four examples of each character, and a network that has seen other characters before. How much is that past worth?',
  steps: [
    { title: 'Two learners', link: '#fine-tune?v=1&backend=wasm&arms=tuned,scratch&k.steps=100&k.perClass=4', look: { kind: 'knob', name: 'perClass' }, text: ['Two networks of the same shape learn to read twenty characters, from four examples of each. One begins with random numbers. The other has read other characters before, and keeps what it knew, but for its last layer.'] },
    { title: 'Who is ahead?', task: 'Make a guess: how many of a hundred will each read rightly? Then press Run.', until: { kind: 'finished' }, look: { kind: 'results' }, text: ['It takes about twenty seconds.'],
      foretold: { says: 'The network with a past reads more of the test characters.', left: { arm: 'tuned', metric: 'test/accuracy' }, right: { arm: 'scratch', metric: 'test/accuracy' }, comparison: '>' } },
    { title: 'What it kept', look: { kind: 'results' }, text: ['With seed 1 it is 81.9 % against 33.1 %. The last column tells how far the network’s inner part has moved from where it began: about a quarter of its length for the one with a past.'],
      question: { asks: 'Why does the fresh network fall so far behind?', right: 0, options: [
        { text: 'It has to learn what an edge and a corner are from eighty pictures, and the other one knew.', why: 'What is shared by all characters was learned before.' },
        { text: 'It has fewer weights.', why: 'Both have the same shape, and as many.' },
        { text: 'It was trained for fewer steps.', why: 'Both took the same hundred steps here. Of course the other had many more, before.' }] } },
    { title: 'Give both more', link: '#fine-tune?v=1&backend=wasm&arms=tuned,scratch&k.steps=100&k.perClass=24', task: 'There are 24 examples of each character now. Press Run.', until: { kind: 'finished' }, look: { kind: 'results' }, text: ['Six times as many examples, but as many steps. What will change, and for whom?'],
      foretold: { says: 'The network with a past is still ahead.', left: { arm: 'tuned', metric: 'test/accuracy' }, right: { arm: 'scratch', metric: 'test/accuracy' }, comparison: '>' } },
    { title: 'Your turn', task: 'Raise the number of steps to 300 or more, and run once more.', until: { kind: 'knob', name: 'steps', from: 300 }, look: { kind: 'knob', name: 'steps' }, text: ['The fresh network gained next to nothing from more examples: a hundred steps were too few for it. Find out whether more steps close the gap. You may drop your own pictures on the page too, in folders by class, and give them to both.'] },
  ],
};
