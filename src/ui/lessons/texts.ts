/** Every word of the lessons' screen and bar, but for the lessons themselves (src/lessons). */
export const texts = {
  title: 'Lessons',
  claim: 'Short walks through one idea each, on experiments that run here: read, press Run, look, answer.',
  minutes: (n: number) => `about ${n} minutes`, steps: (n: number) => `${n} steps`, forWhom: 'For',
  start: 'Begin', again: 'Begin again', goOn: (step: number) => `Go on at step ${step}`, labelled: (label: string, title: string) => `${label}: the lesson “${title}”`, reached: (step: number, of: number) => `You were at step ${step} of ${of}.`, finished: 'You have been through it.',
  own: 'A lesson of your own', ownSays: 'A lesson is a small file that anyone can write. It stays on this page until it is closed.', bring: 'Open a lesson file', how: 'How to write one is told in docs/teaching.md.',
  forget: 'Forget how far I was', brought: 'Brought in',
  bar: (title: string) => `Lesson: ${title}`, step: (at: number, of: number) => `Step ${at} of ${of}`, back: 'Back', next: 'Next', end: 'End', leave: 'Leave the lesson', copy: 'Copy link to this step', copied: 'Copied.', notCopied: 'The browser did not allow it.', fold: 'Fold away', unfold: 'Show the lesson',
  task: 'To do', done: 'Done', waits: 'Not yet done. You can go on all the same.', look: 'Show me where',
  seen: (says: string, left: string, right: string) => `${says} Seen here: ${left} and ${right}.`, agrees: 'As foretold', differs: 'Here it came out otherwise',
  question: 'Question', right: 'Right.', wrong: 'Not quite.',
} as const;
