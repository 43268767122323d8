/** Which characters make a task, and how two tasks may lie apart. */

const capitals = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** Ten lower-case letters that look like no capital and hardly like a digit. */
const newLetters = [...'abdefghnrt'];

/** Upstream task: 26 classes. */
export const upstreamClasses: readonly string[] = capitals;
/** Downstream task: the digits and ten lower-case letters: 20 classes. */
export const downstreamClasses: readonly string[] = [...'0123456789', ...newLetters];

/** Every class set by name. In 'everything', o, s, v, w, x, z and c look like their capitals, and O like 0: no model tells those apart. */
export const classSets = {
  capitals,
  'digits and letters': downstreamClasses,
  digits: [...'0123456789'],
  'new letters': newLetters,
  'A to M': capitals.slice(0, 13),
  'N to Z': capitals.slice(13),
  'lower case': [...'abcdefghijklmnopqrstuvwxyz'],
  everything: [...capitals, ...'abcdefghijklmnopqrstuvwxyz0123456789'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type ClassSet = keyof typeof classSets;

/** Pairs of tasks that share no class: pre-train on the first, adapt to the second. From near (more of the same) to far. */
export const classSplits: Readonly<Record<string, { readonly upstream: readonly string[]; readonly downstream: readonly string[] }>> = {
  'capitals to digits and letters': { upstream: upstreamClasses, downstream: downstreamClasses },
  'capitals to digits': { upstream: upstreamClasses, downstream: classSets.digits },
  'capitals to new letters': { upstream: upstreamClasses, downstream: newLetters },
  'half of the capitals to the other': { upstream: classSets['A to M'], downstream: classSets['N to Z'] },
  'digits to capitals': { upstream: classSets.digits, downstream: capitals },
};
