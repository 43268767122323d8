/** Commands of the page by whoever offers them: each screen its own, while it is on the page. What is always there is in ui/palette/commands.ts. */
import type { Slice } from './app';

export type CommandGroup = 'run' | 'knobs' | 'share' | 'places' | 'methods' | 'page';
export interface Command {
  /** Names it from visit to visit. */
  readonly id: string;
  readonly group: CommandGroup;
  readonly label: string;
  /** Other words that it is found by. */
  readonly also?: string;
  /** How things stand: the value that a knob has, say. */
  readonly detail?: string;
  /** The key that does the same. */
  readonly shortcut?: string;
  /** Put into the field in place of what was typed, for what takes a value. */
  readonly completes?: string;
  readonly act: () => void;
}
export interface CommandsSlice {
  /** By source; made when the list of commands is drawn. */
  readonly commands: Readonly<Record<string, () => readonly Command[]>>;
  readonly palette?: 'commands' | 'shortcuts';
  /** In place of what the source offered before. */
  commandsOffered(source: string, make: () => readonly Command[]): void;
  commandsWithdrawn(source: string): void;
  paletteShown(which: CommandsSlice['palette']): void;
}
export const createCommandsSlice: Slice<CommandsSlice> = () => (set) => ({
  commands: {},
  commandsOffered: (source, make) => set(({ commands }) => ({ commands: { ...commands, [source]: make } })),
  commandsWithdrawn: (source) => set(({ commands }) => ({ commands: Object.fromEntries(Object.entries(commands).filter(([name]) => name !== source)) })),
  paletteShown: (palette) => set({ palette }),
});
