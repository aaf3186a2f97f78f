import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesOfBlob, listMembers, rangeOf } from '../src/archive/archive-file.ts';
import { readManifest } from '../src/archive/manifest.ts';
import { onlyPartOf } from '../src/archive/only-part.ts';
import { hasSameParts, openManifest, verifyParts, verifySignature } from '../src/archive/verify.ts';
import { ArchiveFault, findDirectory, readDirectory } from '../src/archive/zip-directory.ts';

interface Member {
  readonly name: string;
  readonly content: Buffer;
}

/** A ZIP of stored members, by APPNOTE 4.3; `isZip64`: as if the archive were beyond 4 GiB. */
function zipOf(members: readonly Member[], isZip64 = false): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of members) {
    const local = Buffer.alloc(30 + name.length + 4);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    local.write(name, 30, 'latin1');
    const extra = Buffer.alloc(isZip64 ? 28 : 0);
    if (isZip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      for (const [index, value] of [content.length, content.length, offset].entries())
        extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
    }
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt32LE(isZip64 ? 0xffffffff : content.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE(isZip64 ? 0xffffffff : offset, 42);
    directory.push(central, Buffer.from(name, 'latin1'), extra);
    files.push(local, content);
    offset += local.length + content.length;
  }
  const bytes = Buffer.concat(directory).length;
  const record = Buffer.alloc(isZip64 ? 76 : 0);
  if (isZip64) {
    record.writeUInt32LE(0x06064b50, 0);
    record.writeBigUInt64LE(BigInt(bytes), 40);
    record.writeBigUInt64LE(BigInt(offset), 48);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(isZip64 ? 0xffff : members.length, 10);
  end.writeUInt32LE(isZip64 ? 0xffffffff : bytes, 12);
  end.writeUInt32LE(isZip64 ? 0xffffffff : offset, 16);
  return Buffer.concat([...files, ...directory, record, end]);
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const spki = publicKey.export({ format: 'der', type: 'spki' });
const key = {
  keyId: createHash('sha256').update(spki).digest('hex').slice(0, 16),
  algorithm: 'Ed25519' as const,
  publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
};
const contents = [Buffer.from('first part'), Buffer.alloc(70_000, 'x')];
const parts = contents.map((content, index) => ({
  name: `QueryResult-${index}.json.gz`,
  sha256: createHash('sha256').update(content).digest('hex'),
  ...{ rows: index + 1, gzipBytes: content.length, bytes: 1 },
}));

function signedText(manifest: object): string {
  const text = JSON.stringify(manifest);
  return `${text.slice(0, -1)},"signature":"${sign(null, Buffer.from(text), privateKey).toString('base64')}"}`;
}

function archiveOf({ manifest = { parts, keyId: key.keyId }, isZip64 = false } = {}): Buffer {
  return zipOf(
    [
      ...contents.map((content, index) => ({ name: parts[index]?.name ?? '', content })),
      { name: 'manifest.json', content: Buffer.from(signedText(manifest)) },
    ],
    isZip64,
  );
}

const { subtle } = webcrypto as unknown as Crypto;
async function opened(archive: Buffer) {
  const found = await openManifest(bytesOfBlob(new Blob([new Uint8Array(archive)])));
  if (found === null) throw new Error('no manifest');
  return found;
}
async function verdictsOf(archive: Buffer): Promise<string[]> {
  const verdicts: string[] = [];
  for await (const { verdict } of verifyParts(await opened(archive), subtle)) verdicts.push(verdict);
  return verdicts;
}

describe.each([false, true])('an archive (ZIP64: %s)', (isZip64) => {
  test('has the members of its directory', async () => {
    const archive = archiveOf({ isZip64 });
    const file = bytesOfBlob(new Blob([new Uint8Array(archive)]));
    const members = await listMembers(file);
    expect(members.map(({ name, bytes }) => [name, bytes]).slice(0, 2)).toEqual(
      parts.map(({ name, gzipBytes }) => [name, gzipBytes]),
    );
    const [first] = members;
    if (first === undefined) throw new Error('unreachable');
    const { start, endExclusive } = await rangeOf(file, first);
    expect(archive.subarray(start, endExclusive).toString()).toBe('first part');
  });

  test('is verified part by part, and a changed byte is found', async () => {
    const archive = archiveOf({ isZip64 });
    expect(await verdictsOf(archive)).toEqual(['verified', 'verified']);
    const changed = Buffer.from(archive);
    changed[archive.indexOf('first part')] = 0;
    expect(await verdictsOf(changed)).toEqual(['differs', 'verified']);
    expect(hasSameParts(await opened(archive))).toBe(true);
  });
});

describe('the manifest', () => {
  test('is verified with the key that signed it', async () => {
    const { signed } = await opened(archiveOf());
    expect(await verifySignature(signed, key, subtle)).toBe('verified');
    const changed = { ...signed, signedText: signed.signedText.replace('"rows":1', '"rows":9') };
    expect(await verifySignature(changed, key, subtle)).toBe('differs');
    const other = { ...signed, manifest: { ...signed.manifest, keyId: '0'.repeat(16) } };
    expect(await verifySignature(other, key, subtle)).toBe('differs');
    const old = {
      digest: (name: string, bytes: BufferSource) => subtle.digest(name, bytes),
      importKey: () => Promise.reject(new Error('no Ed25519')),
    };
    expect(await verifySignature(signed, key, old as unknown as SubtleCrypto)).toBe('unknown');
  });

  test('names every part of the archive and no other', async () => {
    const [first, second] = parts;
    if (first === undefined || second === undefined) throw new Error('unreachable');
    for (const wrong of [[first], [second, first], [first, { ...second, gzipBytes: 1 }], [...parts, first]]) {
      const archive = await opened(archiveOf({ manifest: { parts: wrong, keyId: key.keyId } }));
      expect(hasSameParts(archive)).toBe(false);
    }
  });

  test('may be absent, and is refused without a signature', async () => {
    const without = zipOf([{ name: 'a.json.gz', content: Buffer.from('x') }]);
    expect(await openManifest(bytesOfBlob(new Blob([new Uint8Array(without)])))).toBeNull();
    for (const text of ['{}', 'x', '{"parts":[]}', '{"parts":1,"signature":"AA=="}', '{,"signature":"AA=="}'])
      expect([text, readManifest(text)]).toEqual([text, null]);
  });
});

test('a file that is no archive is refused', async () => {
  expect(() => findDirectory(new Uint8Array(98))).toThrow(ArchiveFault);
  expect(() => findDirectory(new Uint8Array(3))).toThrow(ArchiveFault);
  expect(() => readDirectory(new Uint8Array(50))).toThrow(ArchiveFault);
  expect(readDirectory(new Uint8Array())).toEqual([]);
});

test('the only part is taken out of an archive; several are not joined', async () => {
  const one = zipOf([
    { name: 'a.xlsx', content: Buffer.from('workbook') },
    { name: 'manifest.json', content: Buffer.from('{}') },
  ]);
  expect(await (await onlyPartOf(new Blob([new Uint8Array(one)])))?.text()).toBe('workbook');
  expect(await onlyPartOf(new Blob([new Uint8Array(archiveOf())]))).toBeNull();
});
