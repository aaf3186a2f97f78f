import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  repositoryRoot,
  startSystem,
  temporaryFolder,
  testToken,
  type RunningSystem,
  type TemporaryFolder,
} from '@hourglass/testing';

interface Step {
  readonly commands: string;
  /** The output below the commands on the page. */
  readonly shown: string;
}

let system: RunningSystem;
let folder: TemporaryFolder;
beforeAll(async () => {
  // The page meets the limits and the names of a first start.
  const env = { HOURGLASS_BOOTSTRAP_ORG: 'demo', HOURGLASS_QUERIES_PER_HOUR: '7' };
  [system, folder] = await Promise.all([startSystem({ env }), temporaryFolder()]);
  await mkdir(path.join(folder.path, '.hourglass'));
  await writeFile(
    path.join(folder.path, '.hourglass/credentials.json'),
    JSON.stringify({ token: testToken }),
  );
  // `npx hourglass` of a checkout, without the second that npx takes to find it.
  const npx = path.join(folder.path, 'npx');
  const program = path.join(repositoryRoot, 'apps/cli/bin/hourglass.js');
  await writeFile(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(npx, 0o755);
});
afterAll(async () => {
  await system?.stop();
  await folder?.remove();
});

test('every command of the tutorial runs as written and prints what the page shows', async () => {
  const page = await readFile(path.join(repositoryRoot, 'docs/tutorial.md'), 'utf8');
  const steps = stepsOf(page.replaceAll('http://127.0.0.1:8080', system.url));
  expect(steps.length).toBeGreaterThan(7);
  const outputs = await runInOneShell(steps.map(({ commands }) => commands));
  expect(outputs.map(withoutVariables)).toEqual(steps.map(({ shown }) => withoutVariables(shown)));
}, 180_000);

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
async function runInOneShell(pieces: readonly string[]): Promise<string[]> {
  const mark = '--- end of a piece ---\n';
  const script = ['set -euo pipefail\n', ...pieces.map((piece) => `${piece}printf -- '${mark.trim()}\\n'\n`)];
  const { stdout } = await promisify(execFile)('bash', ['-c', script.join('')], {
    cwd: folder.path,
    env: { PATH: `${folder.path}${path.delimiter}${process.env['PATH'] ?? ''}` },
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
