import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '@hourglass/testing';
import { loadOrCreateSecretKey } from '../src/secret-key.ts';

describe('the secret key', () => {
  test('is created once, with 32 random bytes, in a file that only its owner can read', async () => {
    const folder = await temporaryFolder();
    const another = await temporaryFolder();
    const file = path.join(folder.path, 'secret-key');
    const created = await loadOrCreateSecretKey(folder.path);
    expect(Buffer.from(created, 'base64')).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(`${created}\n`);
    expect(await loadOrCreateSecretKey(folder.path)).toBe(created);
    expect(await loadOrCreateSecretKey(another.path)).not.toBe(created);
    await folder.remove();
    await another.remove();
  });

  test('is read from an existing file', async () => {
    const folder = await temporaryFolder();
    const existing = Buffer.alloc(32, 5).toString('base64');
    await writeFile(path.join(folder.path, 'secret-key'), existing);
    expect(await loadOrCreateSecretKey(folder.path)).toBe(existing);
    await folder.remove();
  });
});
