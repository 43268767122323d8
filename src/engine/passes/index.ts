/** What is done to a program before it is written for a provider. */
import type { Program } from '../program';
import { rewriteProgram } from '../rewrite';
import type { Target } from '../value';
import { programOutputs } from '../verify';
import { ruleOf, simplifications, type Rule } from './simplify';
import { webgpuRules } from './webgpu';

const rulesFor: Readonly<Record<Target, Rule>> = {
  cpu: ruleOf(simplifications),
  webgpu: ruleOf(Object.fromEntries([...Object.keys({ ...simplifications, ...webgpuRules })].map((op) => [op, [...(simplifications[op] ?? []), ...(webgpuRules[op] ?? [])]]))),
};
/** One rule's result may be another's chance; programs settle after two or three rounds. */
const mostRounds = 8;

/** The same results, up to rounding, in fewer ops of the target's. Inputs, names and roles stay. */
export function optimised(program: Program, target: Target): Program {
  let [now, before] = [rewriteProgram(program, rulesFor[target]), program];
  for (let round = 1; round < mostRounds && !sameValues(now, before); round++) [now, before] = [rewriteProgram(now, rulesFor[target]), now];
  return now;
}
function sameValues(a: Program, b: Program): boolean {
  const other = programOutputs(b);
  return programOutputs(a).every(([, value], i) => value === other[i]![1]);
}
