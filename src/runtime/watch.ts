/**
 * Tells those who wait that the device is gone. A lost device is silent in onnxruntime-web (runs resolve, mappings never do), so
 * every wait on the GPU goes through here.
 */
import { RuntimeProblem } from '../base/errors';

export class Watch {
  problem: RuntimeProblem | undefined;
  private readonly waiting = new Set<(problem: RuntimeProblem) => void>();

  /** The first problem wins; all that wait now or later fail with it. */
  fail(problem: RuntimeProblem): void {
    if (this.problem) return;
    this.problem = problem;
    for (const reject of this.waiting) reject(problem);
    this.waiting.clear();
  }
  check(): void {
    if (this.problem) throw this.problem;
  }
  /**
   * `work`, or the problem as soon as there is one; silence longer than `timeoutMs` becomes a problem itself.
   * Not Promise.race against one long-lived promise: that would keep every wait of a long run alive.
   */
  guard<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
    if (this.problem) {
      work.catch(() => undefined); // its own error is only a consequence
      return Promise.reject(this.problem);
    }
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => this.fail(new RuntimeProblem(`${what} should answer within ${timeoutMs / 1000} s, but the GPU is silent. Run again, or choose the WASM provider.`)), timeoutMs);
      const over = (): void => {
        clearTimeout(timer);
        this.waiting.delete(fail);
      };
      const fail = (problem: RuntimeProblem): void => {
        over();
        reject(problem);
      };
      this.waiting.add(fail);
      work.then(
        (value) => {
          over();
          resolve(value);
        },
        (error: unknown) => {
          over();
          reject(error);
        },
      );
    });
  }
}
