// Seeded numbers for choosing moments and kinds of faults: the same seed, the same faults. (The moment in a run is a share of its progress, so it is met on any machine.)
export function random(...seeds) {
  let state = 0x9e3779b9;
  for (const seed of seeds) for (const char of `${seed}/`) state = Math.imul(state ^ char.charCodeAt(0), 0x85ebca6b) ^ (state >>> 13);
  const next = () => {
    // Mulberry32 (T. Ettinger, public domain).
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { share: next, between: (a, b) => a + (b - a) * next(), int: (n) => Math.floor(n * next()), pick: (list) => list[Math.floor(list.length * next())], chance: (p) => next() < p };
}
