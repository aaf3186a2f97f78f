import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot, temporaryFolder } from '@hourglass/testing';
import { startNodeProgram } from '../src/node-program.ts';

/** The flags of Node.js of API and worker in a file that sets or shows `NODE_OPTIONS`. */
function flagsIn(file: string): readonly string[] {
  const text = readFileSync(path.join(repositoryRoot, file), 'utf8');
  const options = [...text.matchAll(/NODE_OPTIONS=["']([^"']+)["']/g)].map(([, value = '']) =>
    value.split(' '),
  );
  return options.map((flags) => flags.filter((flag) => !flag.startsWith('--require=')).join(' '));
}

test('children get the flags of Node.js that the images have and the guide shows', async () => {
  const inImages = flagsIn('Dockerfile');
  expect(inImages).toHaveLength(2);
  expect(flagsIn('docs/operate/deploy.md')).toEqual(inImages);
  const main = readFileSync(path.join(repositoryRoot, 'apps/standalone/src/main.ts'), 'utf8');
  const ofPrograms = ['api', 'worker'].map((name) => {
    const mib = new RegExp(`${name}: \\{ entry: [^}]+semiSpaceMib: (\\d+)`).exec(main)?.[1];
    return `--max-semi-space-size=${mib}`;
  });
  expect(ofPrograms).toEqual(inImages);
  const folder = await temporaryFolder();
  try {
    const entry = path.join(folder.path, 'flags.mjs');
    await writeFile(entry, 'process.exit(process.execArgv.join() === process.env.EXPECTED ? 0 : 1);');
    const child = await startNodeProgram({
      entry,
      semiSpaceMib: 16,
      environment: { EXPECTED: '--max-semi-space-size=16' },
      graceMs: 1000,
      stopNow: new AbortController().signal,
    });
    expect(await child.exited).toEqual({ code: 0, signal: null });
  } finally {
    await folder.remove();
  }
});
