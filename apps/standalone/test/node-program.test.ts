import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot, temporaryFolder } from '@hourglass/testing';
import { startNodeProgram } from '../src/node-program.ts';

/** The flags of Node.js in a file that sets or shows `NODE_OPTIONS`. */
function flagsIn(file: string): readonly string[] {
  const text = readFileSync(path.join(repositoryRoot, file), 'utf8');
  const options = /NODE_OPTIONS=["']([^"']+)["']/.exec(text)?.[1]?.split(' ') ?? [];
  return options.filter((option) => !option.startsWith('--require='));
}

test('children get the flags of Node.js that the images have and the guide shows', async () => {
  const flags = flagsIn('Dockerfile');
  expect(flags).toHaveLength(1);
  expect(flagsIn('docs/operate/deploy.md')).toEqual(flags);
  const folder = await temporaryFolder();
  try {
    const entry = path.join(folder.path, 'flags.mjs');
    await writeFile(entry, 'process.exit(process.execArgv.join() === process.env.EXPECTED ? 0 : 1);');
    const child = await startNodeProgram({
      entry,
      environment: { EXPECTED: flags.join() },
      graceMs: 1000,
      stopNow: new AbortController().signal,
    });
    expect(await child.exited).toEqual({ code: 0, signal: null });
  } finally {
    await folder.remove();
  }
});
