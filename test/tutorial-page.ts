import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { repositoryRoot, startSystem, temporaryFolder, testToken } from '@hourglass/testing';

interface Step {
  readonly commands: string;
  /** The output below the commands on the page. */
  readonly shown: string;
}

/** Runs the commands of a page in the state of a first start, and compares their output with the page. */
export async function runPage(name: string): Promise<void> {
  // The page meets the limits and the names of a first start.
  const env = { HOURGLASS_BOOTSTRAP_ORG: 'demo', HOURGLASS_QUERIES_PER_HOUR: '7' };
  const [system, folder] = await Promise.all([startSystem({ env }), temporaryFolder()]);
  try {
    await prepare(folder.path);
    const page = await readFile(path.join(repositoryRoot, name), 'utf8');
    const steps = stepsOf(page.replaceAll('http://127.0.0.1:8080', system.url));
    expect(steps.length).toBeGreaterThan(7);
    const outputs = await runInOneShell(
      folder.path,
      steps.map(({ commands }) => commands),
    );
    expect(outputs.map(withoutVariables)).toEqual(steps.map(({ shown }) => withoutVariables(shown)));
  } finally {
    await system.stop();
    await folder.remove();
  }
}

async function prepare(directory: string): Promise<void> {
  await mkdir(path.join(directory, '.hourglass'));
  await writeFile(path.join(directory, '.hourglass/credentials.json'), JSON.stringify({ token: testToken }));
  // `npx hourglass` of a checkout, without the second that npx takes to find it.
  const npx = path.join(directory, 'npx');
  const program = path.join(repositoryRoot, 'apps/cli/bin/hourglass.js');
  await writeFile(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(npx, 0o755);
}

/** The blocks of commands, each with the block of text that follows it before the next. */
function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const [, language, text = ''] of page.matchAll(/^```(sh|text)\n(.*?)^```$/gms)) {
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ commands: text, shown: '' });
    else if (last !== undefined) steps[steps.length - 1] = { ...last, shown: text };
  }
  return steps;
}

/** Standard output of each piece of the script. The first command that fails ends it. */
async function runInOneShell(directory: string, pieces: readonly string[]): Promise<string[]> {
  const mark = '--- end of a piece ---\n';
  const script = ['set -euo pipefail\n', ...pieces.map((piece) => `${piece}printf -- '${mark.trim()}\\n'\n`)];
  const { stdout } = await promisify(execFile)('bash', ['-c', script.join('')], {
    cwd: directory,
    env: { PATH: `${directory}${path.delimiter}${process.env['PATH'] ?? ''}` },
  });
  return stdout.split(mark).slice(0, -1);
}

/** Ids, keys, sizes of gzip parts and seconds differ from run to run. */
function withoutVariables(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(id)')
    .replaceAll(/key [0-9a-f]{16}/g, 'key (id)')
    .replaceAll(/\d+\.\d\d KB, \d+ sec/g, '(size, time)');
}
