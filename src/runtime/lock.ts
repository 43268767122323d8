/** One at a time, in the order of asking. A failure frees the lock for the next. */
export class Lock {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
  /** Resolves when all work asked for so far is over. */
  async idle(): Promise<void> {
    await this.tail;
  }
}
