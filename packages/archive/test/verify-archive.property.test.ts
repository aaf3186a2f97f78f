import { createHash, createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CsvOutput } from '@hourglass/query';
import { archiveMembers, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { manifestSigningKey } from '../src/index.ts';
import { readManifest, signManifest } from '../src/manifest/manifest.ts';
import { verifyArchive } from '../src/verify.ts';
import { undetectedFlips } from './flip-bytes.ts';
import { signedArchive, signingKey } from './signed-archive.ts';

const publicKey = createPublicKey(signingKey);
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const formats = ['json', 'csv'] as const;

/** Returns the message of the fault that the verifier finds in these bytes. */
async function faultOf(bytes: Uint8Array): Promise<string> {
  const file = path.join(folder.path, 'changed.zip');
  await writeFile(file, bytes);
  const outcome: unknown = await verifyArchive(file, publicKey).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: 'ManifestFault' });
  return (outcome as Error).message;
}

/** Returns the text of the last member. */
async function manifestOf(archive: Buffer): Promise<string> {
  return (await archiveMembers(archive)).pop()?.bytes.toString() ?? '';
}

describe('the manifest', () => {
  test.each(formats)('is the last member and describes every %s part', async (format) => {
    const file = await signedArchive(folder.path, { rows: 100, partBytes: 900, format });
    const manifest = await verifyArchive(file, publicKey);
    const archive = await readFile(file);
    const members = await archiveMembers(archive);
    const last = members.pop();
    expect(last?.name).toBe('manifest.json');
    expect(members.length).toBeGreaterThan(2);
    expect(manifest.parts).toEqual(
      members.map(({ name, bytes }) => {
        const text = gunzipSync(bytes);
        const rows = text.toString().match(/^(?:p\d+,|\{)/gm)?.length;
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        return { name, sha256, rows, gzipBytes: bytes.length, bytes: text.length };
      }),
    );
    expect(manifest).toMatchObject({
      rows: 100,
      attempt: 1,
      snapshot: { watermark: '7' },
      organization: 'acme',
    });
    const before = archive.subarray(0, last?.offset);
    expect(manifest.archive).toEqual({
      bytes: before.length,
      sha256: createHash('sha256').update(before).digest('hex'),
    });
    expect(last?.bytes.toString()).toMatch(/,"signature":"[A-Za-z0-9+/]{86}=="\}$/);
  });

  test('is refused when it was signed with another key, and the message names both', async () => {
    const file = await signedArchive(folder.path, { rows: 3, partBytes: 200, format: 'json' });
    const other = createPublicKey(manifestSigningKey(Buffer.alloc(32, 6)));
    await expect(verifyArchive(file, other)).rejects.toThrow(
      /signed with key [0-9a-f]{16}; expected key [0-9a-f]{16}/,
    );
  });

  test('is refused when its text is not canonical, even with an equal value', async () => {
    const file = await signedArchive(folder.path, { rows: 3, partBytes: 200, format: 'json' });
    const text = await manifestOf(await readFile(file));
    const reading = (changed: string) => () => readManifest(Buffer.from(changed), publicKey);
    expect(reading(text)().rows).toBe(3);
    expect(reading(`${text}\n`)).toThrow('not in its canonical form');
    expect(reading(text.replace('"attempt":1', '"attempt":1.0'))).toThrow('not in its canonical form');
    expect(reading(text.replace('"attempt":1', '"attempt":2,"attempt":1'))).toThrow(
      'not in its canonical form',
    );
    expect(reading(text.replace('"attempt":1', '"attempt":2'))).toThrow('the signature does not match');
    // The last character before the padding has four bits that decoders ignore.
    const loose = text.replace(
      /(.)==/,
      (_, last: string) => `${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[last] ?? '?'}==`,
    );
    expect(reading(loose)).toThrow('not canonical base64');
  });
});

describe('verifyArchive', () => {
  test.each(formats)('detects a flip of any byte of an archive of %s', async (format) => {
    const file = await signedArchive(folder.path, { rows: 12, partBytes: 200, format });
    expect(await undetectedFlips(file, () => verifyArchive(file, publicKey))).toEqual([]);
  });

  test.each<Omit<Partial<CsvOutput>, 'format'>>([
    { header: false },
    { bom: true },
    { header: false, bom: true },
  ])('accepts CSV with %j and counts its rows, also without any', async (options) => {
    for (const rows of [0, 1, 50]) {
      const file = await signedArchive(folder.path, { rows, partBytes: 400, format: 'csv', options });
      expect((await verifyArchive(file, publicKey)).rows).toBe(rows);
    }
  });

  test('detects bytes before the archive, after it and missing ones', async () => {
    const bytes = await readFile(
      await signedArchive(folder.path, { rows: 12, partBytes: 200, format: 'json' }),
    );
    const last = bytes.length - 1;
    expect(await faultOf(Buffer.concat([Buffer.of(0), bytes]))).toMatch(
      /^the central directory: expected a header at byte \d+$/,
    );
    expect(await faultOf(Buffer.concat([bytes, Buffer.of(0)]))).toMatch(/does not end like a ZIP/);
    expect(await faultOf(bytes.subarray(0, last))).toMatch(/does not end like a ZIP/);
    expect(await faultOf(Buffer.alloc(0))).toMatch(/does not end like a ZIP/);
  });

  test('counts the rows and detects a signed number that is wrong', async () => {
    const bytes = await readFile(
      await signedArchive(folder.path, { rows: 3, partBytes: 200_000, format: 'csv' }),
    );
    const text = await manifestOf(bytes);
    const { signature: _signature, keyId: _keyId, ...manifest } = readManifest(Buffer.from(text), publicKey);
    const parts = manifest.parts.map((part) => ({ ...part, rows: 4 }));
    const wrong = signManifest({ ...manifest, parts, rows: 4 }, signingKey);
    expect(wrong).toHaveLength(text.length);
    const changed = Buffer.from(bytes.toString('latin1').replace(text, wrong), 'latin1');
    expect(await faultOf(changed)).toMatch(/: 3 rows; expected 4/);
  });
});
