/** Every method, loaded when it is asked for: the worker and the command line look here, the page at `cards` alone. */
import { InputError } from '../base/errors';
import type { AnyMethod } from '../lab/method';

const bodies = import.meta.glob<{ method: AnyMethod }>('./*/method.ts');

export async function loadMethod(id: string): Promise<AnyMethod> {
  const load = Object.hasOwn(bodies, `./${id}/method.ts`) ? bodies[`./${id}/method.ts`] : undefined;
  if (!load) throw new InputError(`There is no method "${id.slice(0, 60)}". There are: ${methodIds().join(', ')}.`);
  return (await load()).method;
}
export const methodIds = (): string[] => Object.keys(bodies).map((path) => path.split('/')[1]!);
