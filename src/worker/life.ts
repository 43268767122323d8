/** A browser that ends a worker (no memory, say) tells nobody. But it lets go of the worker's locks, and whoever waits for one of them learns it at once. */
export async function tellLife(held: (lock: string) => void): Promise<void> {
  const { locks } = navigator as { locks?: LockManager }; // pages that were not served securely have none: there silence alone tells
  const name = `stipple worker ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
  await locks?.request(name, () => {
    held(name);
    return new Promise(() => undefined); // for life
  }).catch(() => undefined);
}
