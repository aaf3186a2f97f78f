import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '@hourglass/testing';
import { keptSecretKey } from '../src/kept-secret-key.ts';

describe('the key of secrets', () => {
  test('is made once, of 32 random bytes, and kept where only its owner can read it', async () => {
    const folder = await temporaryFolder();
    const another = await temporaryFolder();
    const file = path.join(folder.path, 'secret-key');
    const made = await keptSecretKey(folder.path);
    expect(Buffer.from(made, 'base64')).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(`${made}\n`);
    expect(await keptSecretKey(folder.path)).toBe(made);
    expect(await keptSecretKey(another.path)).not.toBe(made);
    await folder.remove();
    await another.remove();
  });

  test('is the one that was put there', async () => {
    const folder = await temporaryFolder();
    const given = Buffer.alloc(32, 5).toString('base64');
    await writeFile(path.join(folder.path, 'secret-key'), given);
    expect(await keptSecretKey(folder.path)).toBe(given);
    await folder.remove();
  });
});
