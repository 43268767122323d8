/** The command line from a test: exit status, and what was said. */
import { vi } from 'vitest';
import { main } from './main';

export async function runCli(argv: readonly string[]): Promise<{ status: number; out: string; problem: string }> {
  const said = { out: '', problem: '' };
  const [out, problem] = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  out.mockImplementation((text) => Boolean((said.out += String(text))));
  problem.mockImplementation((text) => Boolean((said.problem += String(text))));
  try {
    return { status: await main(argv), ...said };
  } finally {
    out.mockRestore();
    problem.mockRestore();
  }
}
