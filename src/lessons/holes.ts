import type { Lesson } from '../spec/lesson';

/** Figures: npx stipple run '#layer-masking?v=1&arms=greyout,blackout,layer-masking&k.images=60&k.explained=1&k.samples=16'. */
export const lesson: Lesson = {
  version: 1, id: 'holes', title: 'A hole is not a grey box', family: 'masks', audience: 'anyone who has asked what a network looks at', minutes: 8,
  says: 'To find out what matters in a picture, people cut parts of it away. But a network does not see a hole: it sees a grey box.',
  steps: [
    { title: 'What did it look at?', link: '#layer-masking?v=1&backend=wasm&arms=greyout,blackout,layer-masking&k.images=60&k.explained=1&k.samples=16', look: { kind: 'chart', name: 'random/accuracy' }, text: ['Remove a part of a picture, ask the network again, and see what changes: most explanations of networks are made so. To remove a part, its pixels are usually painted over, in black or in grey.', 'But a painted box is something to see. It has a colour and four sharp corners.'] },
    { title: 'Remove half the picture', task: 'Press Run. Sixty pictures lose more and more of their blocks, in three ways.', until: { kind: 'finished' }, look: { kind: 'chart', name: 'random/accuracy' }, text: ['“Blackout” and “greyout” paint. “Layer masking” carries the mask through the network instead: each layer is told which places are missing, and fills them from their neighbours.'],
      foretold: { says: 'With blocks removed at random, layer masking reads more pictures rightly than grey paint.', left: { arm: 'layer-masking', metric: 'random/area' }, right: { arm: 'greyout', metric: 'random/area' }, comparison: '>' } },
    { title: 'The same holes', look: { kind: 'results' }, text: ['In all three the same blocks are gone: the network knows no more in one than in another. On average over how much was removed, grey paint leaves 30.0 % of the pictures right, and layer masking 52.1 % (seed 1).', 'So most of what grey paint cost was not the missing information. It was the paint.'],
      question: { asks: 'A map of “important” regions was made with grey boxes. What may it show beside importance?', right: 2, options: [
        { text: 'Nothing else: the pixels were really gone.', why: 'They were, but something came in their place.' },
        { text: 'How large the picture is.', why: 'That is the same for every region.' },
        { text: 'Where a grey box is most confusing.', why: 'A region may look important because a box there makes a new shape, not because the region was needed.' }] } },
    { title: 'What must hold', look: { kind: 'light', name: 'blind' }, text: ['These lamps do not depend on luck. If the network is really blind to what is under the hole, then other pixels there must leave every digit of its answer as it was. That is tested in every run, bit for bit.', 'A lamp that goes out would mean that the method is not what it says it is, however good its figures.'] },
    { title: 'And one thing that is no better', look: { kind: 'results' }, text: ['Look at the columns for the removed object and the broken silhouette. When exactly the object is cut out, its outline may tell what it was. At this small setting layer masking is no better there than grey paint: both give 0.09. The claim check asks over five seeds and more pictures, and compares with black.', 'A page that shows only where its method wins is an advertisement.'] },
  ],
};
