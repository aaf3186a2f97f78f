import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeStartFailure } from '../src/start-process.ts';
import { SettingsError } from '../src/settings.ts';

test('a file that cannot be used and settings are one fault each, without a stack', async () => {
  const error: unknown = await mkdir('/dev/null/data').catch((reason: unknown) => reason);
  expect(describeStartFailure(error, true)).toBe("ENOTDIR: not a directory, mkdir '/dev/null/data'");
  expect(describeStartFailure(new SettingsError(['A: unset']), true)).toMatch(
    /^the settings have [^\n]+:\n {2}A: unset$/,
  );
});

test('a bug is one line at a terminal, and has its stack in a log', () => {
  const bug = new TypeError('x is not a function');
  expect(describeStartFailure(bug, false)).toBe(
    'unexpected error: x is not a function; --debug shows its stack',
  );
  expect(describeStartFailure(bug, true)).toMatch(/^TypeError: x is not a function\n {4}at /);
});
