/** Reverse-mode differentiation: gradients are values made of ops, so they can be differentiated again. */
import { ShapeError } from '../base/errors';
import { sameShape, showShape } from '../base/tensor';
import type { Layout } from './layout';
import { add } from './ops';
import { flatOf } from './ops/compose';
import { filled, topological, type Value } from './value';

/**
 * Gradients of `y` with respect to each of `wrt`, in order. `seed` is the gradient at y (default: 1, then y must hold one number). A value
 * that y does not depend on gets zeros.
 * @throws ShapeError if y is not a scalar and no seed came, or if a path runs through an op that has no gradient.
 */
export function gradients(y: Value, wrt: readonly Value[], seed?: Value): Value[] {
  if (!seed && y.shape.some((d) => d !== 1)) throw new ShapeError(`gradients: expected a scalar, but a value of shape ${showShape(y.shape)} came. Take its sum or mean, or give a seed.`);
  const order = topological([y]);
  // Only values between `wrt` and `y` need a gradient.
  const needed = new Set<Value>(wrt);
  for (const value of order) if (Object.values(value.inputs).some((i) => needed.has(i))) needed.add(value);

  const at = new Map<Value, Value>([[y, seed ?? filled(y.shape, 1)]]);
  for (const value of order.reverse()) {
    const dy = at.get(value);
    if (!dy || !needed.has(value) || Object.keys(value.inputs).length === 0) continue;
    const { gradient, name } = value.op;
    if (gradient === 'none') {
      if (value.dtype === 'float32') throw new ShapeError(`gradients: ${name} is not differentiable. Put stopGradient round it if that is meant.`);
      continue;
    }
    const pieces = gradient({ ...value.inputs, dy, y: value }, value.attrs);
    for (const [inputName, from] of Object.entries(value.inputs)) {
      const piece = pieces[inputName];
      if (!piece || !needed.has(from)) continue;
      if (!sameShape(piece.shape, from.shape)) throw new ShapeError(`gradients: ${name} returned ${showShape(piece.shape)} for its input ${inputName} of shape ${showShape(from.shape)}.`);
      const sofar = at.get(from);
      at.set(from, sofar ? add(sofar, piece) : piece);
    }
  }
  return wrt.map((value) => at.get(value) ?? filled(value.shape, 0));
}

/** Gradient with respect to the views of a flat vector, as one flat vector [P] in the layout's order. */
export function flatGradient(y: Value, views: Readonly<Record<string, Value>>, layout: Layout): Value {
  const pieces = gradients(y, layout.entries.map(({ name }) => views[name]!));
  return flatOf(Object.fromEntries(layout.entries.map(({ name }, i) => [name, pieces[i]!])), layout);
}
