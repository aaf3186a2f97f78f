import type { Command } from 'commander';

/** A command as the help of its parent lists it. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Adds its arguments, options and action, or its subcommands. */
  readonly load: (command: Command) => Promise<void>;
}

/** Adds every command, but loads only the one that `args` name: each module takes time to load. */
export async function addCommands(
  parent: Command,
  entries: readonly CommandEntry[],
  args: readonly string[],
): Promise<void> {
  const names = new Set(entries.map(({ name }) => name));
  const named = args.find((arg) => names.has(arg));
  for (const { name, description, load } of entries) {
    const command = parent.command(name).description(description);
    if (name === named) await load(command);
  }
}
