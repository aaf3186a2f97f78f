import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eventually } from './eventually.ts';
import { programs, repositoryRoot } from './system-processes.ts';

/** Returns why no command can run at a terminal on this machine; null if one can. */
export function terminalProblem(): string | null {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return (stdout ?? '').includes('util-linux') ? null : 'script of util-linux is not installed';
}

/**
 * Runs the command line at a pseudo-terminal, and types each answer when the terminal shows its question. Returns what
 * the terminal showed.
 */
export async function runCliAtTerminal(
  { url, token }: { readonly url: string; readonly token: string },
  args: readonly string[],
  dialog: readonly { readonly question: string; readonly answer: string }[],
): Promise<{ code: number | null; shown: string }> {
  const command = [process.execPath, path.join(repositoryRoot, programs.cli), ...args];
  const line = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOURGLASS_URL: url, HOURGLASS_TOKEN: token },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk;
  });
  const closed = once(child, 'close');
  for (const { question, answer } of dialog) {
    await eventually(`the question "${question}"`, () => {
      if (child.exitCode !== null) throw new Error(`the command ended without asking:\n${shown}`);
      return shown.includes(question) ? true : null;
    });
    child.stdin.write(answer);
  }
  await closed;
  return { code: child.exitCode, shown };
}
