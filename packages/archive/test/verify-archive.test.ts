import { createHash, createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalJson } from '@hourglass/contract';
import { archiveMembers, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { manifestSigningKey } from '../src/index.ts';
import { readManifest, signManifest, type ResultManifest } from '../src/manifest/manifest.ts';
import { verifyArchive } from '../src/verify.ts';
import { signedArchive, signingKey } from './archive-of-a-test.ts';

const publicKey = createPublicKey(signingKey);
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const formats = ['json', 'csv'] as const;

async function verifyBytes(bytes: Uint8Array): Promise<ResultManifest> {
  const file = path.join(folder.path, 'changed.zip');
  await writeFile(file, bytes);
  return verifyArchive(file, publicKey);
}

/** What the rejection says; fails when the archive is taken for verified. */
async function faultOf(bytes: Uint8Array, change: string): Promise<string> {
  const outcome = await verifyBytes(bytes).then(
    () => null,
    (error: unknown) => error,
  );
  expect(outcome, change).toMatchObject({ name: 'ManifestFault' });
  return (outcome as Error).message;
}

function flipped(bytes: Buffer, index: number, mask: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[index] = (changed[index] ?? 0) ^ mask;
  return changed;
}

test.each(formats)('a manifest is the last member and says of %s parts what they are', async (format) => {
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
      // Every row of these has one number in it that no other part has.
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

test.each(formats)('no byte of an archive of %s can be changed unseen', async (format) => {
  const bytes = await readFile(await signedArchive(folder.path, { rows: 12, partBytes: 200, format }));
  for (let index = 0; index < bytes.length; index++)
    await faultOf(flipped(bytes, index, 1 << (index % 8)), `byte ${index} of ${bytes.length}`);
});

test('nothing may be in front of an archive, after it or missing, and every message says so', async () => {
  const bytes = await readFile(
    await signedArchive(folder.path, { rows: 12, partBytes: 200, format: 'json' }),
  );
  const last = bytes.length - 1;
  expect(await faultOf(Buffer.concat([Buffer.of(0), bytes]), 'in front')).toMatch(/manifest.json/);
  expect(await faultOf(Buffer.concat([bytes, Buffer.of(0)]), 'after')).toMatch(/does not end as a ZIP/);
  expect(await faultOf(bytes.subarray(0, last), 'cut')).toMatch(/does not end as a ZIP/);
  expect(await faultOf(Buffer.alloc(0), 'empty')).toMatch(/does not end as a ZIP/);
});

test('another key is named, and so is a text that means the same but is not the canonical one', async () => {
  const file = await signedArchive(folder.path, { rows: 3, partBytes: 200, format: 'json' });
  const other = createPublicKey(manifestSigningKey(Buffer.alloc(32, 6)));
  await expect(verifyArchive(file, other)).rejects.toThrow(
    /was signed with key [0-9a-f]{16}, the key given is/,
  );

  const text = (await archiveMembers(await readFile(file))).pop()?.bytes.toString() ?? '';
  const fault = (changed: string) => () => readManifest(Buffer.from(changed), publicKey);
  expect(readManifest(Buffer.from(text), publicKey).rows).toBe(3);
  expect(fault(`${text}\n`)).toThrow('not in its canonical form');
  expect(fault(text.replace('"attempt":1', '"attempt":1.0'))).toThrow('not in its canonical form');
  expect(fault(text.replace('"attempt":1', '"attempt":2,"attempt":1'))).toThrow('not in its canonical form');
  expect(fault(text.replace('"attempt":1', '"attempt":2'))).toThrow('the signature does not match');
  // The last character before the padding has four bits that no decoder looks at.
  const loose = text.replace(
    /(.)==/,
    (_, last: string) => `${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[last] ?? '?'}==`,
  );
  expect(fault(loose)).toThrow('not canonical base64');
});

test('what is signed and not so is found: the rows are counted', async () => {
  const bytes = await readFile(
    await signedArchive(folder.path, { rows: 3, partBytes: 200_000, format: 'csv' }),
  );
  const text = (await archiveMembers(bytes)).pop()?.bytes.toString() ?? '';
  const { signature: _signature, keyId: _keyId, ...manifest } = readManifest(Buffer.from(text), publicKey);
  const parts = manifest.parts.map((part) => ({ ...part, rows: 4 }));
  const wrong = signManifest({ ...manifest, parts, rows: 4 }, signingKey);
  expect(wrong).toHaveLength(text.length);
  const changed = Buffer.from(bytes.toString('latin1').replace(text, wrong), 'latin1');
  expect(await faultOf(changed, 'rows')).toMatch(/has 3 rows, signed are 4/);
});

test('canonical JSON has one text for a value, whatever the order of its keys', () => {
  expect(canonicalJson({ b: [1.5, null, { z: 'é"', a: true }], a: undefined, A: {} })).toBe(
    '{"A":{},"b":[1.5,null,{"a":true,"z":"é\\""}]}',
  );
});
