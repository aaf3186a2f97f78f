import type { Logger, Settings } from '@hourglass/platform';
import { readConsoleFiles, type ConsoleFiles } from './read-console-files.ts';

/**
 * Reads the built console below `folder`. Null when the settings turn it off, or when this installation has none: the
 * API is usable without it.
 */
export async function openConsole(
  { console, publicUrl }: Pick<Settings<'api'>, 'console' | 'publicUrl'>,
  folder: string,
  log: Logger,
): Promise<ConsoleFiles | null> {
  if (!console) return null;
  const basePath = publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  try {
    return await readConsoleFiles(folder, basePath);
  } catch (error) {
    log.warn({ err: error }, 'the console is not built; the API serves no page at /');
    return null;
  }
}
