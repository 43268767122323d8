import type { Lesson } from '../spec/lesson';

/** Figures: npx stipple run '#model-soups?v=1&arms=uniform,different-inits,ingredients&k.ingredients=5&k.perClass=20&k.stepsMin=40&k.stepsMax=100&k.planeSize=5'. */
export const lesson: Lesson = {
  version: 1, id: 'soup', title: 'The average of five networks', family: 'averages', audience: 'anyone who knows what a weight is', minutes: 10,
  says: 'Add up the weights of five networks and divide by five. Is that a network? It depends on where they came from.',
  steps: [
    { title: 'Numbers in the same places', link: '#model-soups?v=1&backend=wasm&arms=uniform,different-inits,ingredients&k.ingredients=5&k.perClass=20&k.stepsMin=40&k.stepsMax=100&k.planeSize=5', look: { kind: 'about' }, text: ['A network of this shape is a list of 24,708 numbers. Two networks can be averaged number by number. Nothing in how they were trained says that the result should work.', 'Here five networks are tuned from one common start, each with its own learning rate, number of steps and other settings. Their average is called a soup.'] },
    { title: 'Cook', task: 'Press Run. It takes about a minute: eight networks are trained.', until: { kind: 'finished' }, look: { kind: 'results' }, text: ['There is a second pot: three networks that began from different random numbers, averaged in the same way.'],
      foretold: { says: 'The soup from one start reads more test characters than the one from different starts.', left: { arm: 'uniform', metric: 'test/accuracy' }, right: { arm: 'different-inits', metric: 'test/accuracy' }, comparison: '>' } },
    { title: 'One works, one does not', look: { kind: 'results' }, text: ['With seed 1: the soup from one start reads 91.2 % rightly, about as well as its ingredients do (92.0 % on average). The soup from different starts reads 7.8 %, where guessing gives 5 %, although its own three ingredients read 23.7 %.'],
      question: { asks: 'Why does averaging break networks that began differently?', right: 1, options: [
        { text: 'They were trained badly.', why: 'They are worse than the others, since they had no past; but their average is far below each of them.' },
        { text: 'The same job is done by other neurons in each, so that numbers in the same place mean different things.', why: 'From a common start they stay in the same valley, and places keep their meaning.' },
        { text: 'Three is too few.', why: 'Two networks from one start can be averaged well.' }] } },
    { title: 'The valley', look: { kind: 'picture', name: 'plane' }, text: ['The picture shows a plane through three of the networks, coloured by how well the network at each place reads. Between those from one start there is no ridge.'] },
    { title: 'And the paper’s claim?', look: { kind: 'claim' }, text: ['The paper says that a soup is often better than the best single network, on data unlike the training data too. At the size of this page that does not hold for the plain average: docs/claims.md has the figures over five seeds. The greedy soup, which leaves poor ingredients out, holds its own claim.', 'In “Soups” above you can average checkpoints of your own, and watch the loss between them.'] },
  ],
};
