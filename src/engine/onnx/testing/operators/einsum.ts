/** Random sums of products by an equation. */
import { between, fed, normal, text, type MakeNode } from './draw';

const equations = ['ij->ji', 'ij->i', 'ii->i', '...ii->...i', 'i,i', 'ij,jk', 'ij,jk->ki', 'bij,bjk->bik', 'bhid,bhjd->bhij', 'ij,kl->ijkl', 'ij,ij->', '...ij,...jk->...ik', 'b...i,ij->b...j', 'ij,jk,kl->il', 'nchw,cd->ndhw', 'ij,j->ij'];
const einsum: MakeNode = (rng) => {
  const equation = rng.pick(equations);
  const sizes = new Map<string, number>();
  const sizeOf = (letter: string): number => {
    if (!sizes.has(letter)) sizes.set(letter, between(rng, 1, 4));
    return sizes.get(letter)!;
  };
  // An ellipsis stands for two axes; where two operands have one, its sizes agree.
  const shapes = equation.split('->')[0]!.split(',').map((term) => [...term.replace('...', 'XY')].map(sizeOf));
  return { inputs: shapes.map((shape) => fed(normal(rng, shape))), attributes: { equation: text(equation) } };
};
export const einsums: Readonly<Record<string, MakeNode>> = { Einsum: einsum };
