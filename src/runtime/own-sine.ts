/**
 * Sine and cosine made of products and sums, for devices whose own are coarse. WGSL asks for an absolute error of 2^-11 within
 * [-pi, pi] and for nothing beyond. Where a device takes it at its word, a sine network's output is off by 1e-3 after one pass, and
 * what 20 steps make of that by more. These err by less than 1e-6 while |x| < 1e4; they cost about twenty nodes for one.
 */
import { add, floor, mul, sub } from '../engine/ops';
import type { Program } from '../engine/program';
import { rewriteProgram } from '../engine/rewrite';
import { topological, type Value } from '../engine/value';
import { programOutputs } from '../engine/verify';

/** Minimax on [-pi, pi] in s = r^2, lowest power first: sin r = r P(s) within 1e-7, cos r = Q(s) within 2e-8. */
const P = [0.9999996039163708, -0.16666553445862062, 0.008332407589448578, -0.00019808739918293237, 2.6998226359438438e-6, -2.0366224290357948e-8];
const Q = [0.9999999891255665, -0.4999998918154812, 0.041666490188885005, -0.0013887807814884916, 2.4769965998774034e-5, -2.7079773262661533e-7, 1.724759890464611e-9];
/** 2 pi in two parts: a whole number of turns times the first, of few bits, is exact. */
const [turnHigh, turnLow] = [6.28125, 0.001935307179586477];

function polynomial(coefficients: readonly number[], s: Value): Value {
  const [highest, ...lower] = coefficients.toReversed();
  let y = mul(s, highest!);
  for (const c of lower.slice(0, -1)) y = mul(add(y, c), s);
  return add(y, lower.at(-1)!);
}
/** r = x - 2 pi floor(x / 2 pi + 1/2), in [-pi, pi]. */
function withinOneTurn(x: Value): Value {
  const turns = floor(add(mul(x, 1 / (2 * Math.PI)), 0.5));
  return sub(sub(x, mul(turns, turnHigh)), mul(turns, turnLow));
}
const own: Readonly<Record<string, (x: Value) => Value>> = {
  sin: (x) => {
    const r = withinOneTurn(x);
    return mul(r, polynomial(P, mul(r, r)));
  },
  cos: (x) => {
    const r = withinOneTurn(x);
    return polynomial(Q, mul(r, r));
  },
};

/** The same program without sine or cosine; itself, where it has none. What is equal in two of them is written once. */
export function withOwnSine(program: Program): Program {
  const values = topological(programOutputs(program).map(([, value]) => value));
  if (!values.some((value) => value.op.name in own)) return program;
  return rewriteProgram(program, ({ op }, { x }) => own[op.name]?.(x!));
}
