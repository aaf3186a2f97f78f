import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ByteRange, IncompleteObject, ObjectStore } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const contentType = 'application/zip';
const mebibyte = 1024 * 1024;

/**
 * Tests the promises of every object store. Other tests may use the opened store too, so each has
 * its own keys.
 */
export function describeObjectStore(open: () => Promise<ObjectStore>): void {
  describe('as an object store', () => {
    let store: ObjectStore;
    let folder: TemporaryFolder;

    beforeAll(async () => {
      store = await open();
      folder = await temporaryFolder();
    });
    afterAll(() => folder.remove());

    const file = async (bytes: Uint8Array): Promise<string> => {
      const name = path.join(folder.path, randomUUID());
      await writeFile(name, bytes);
      return name;
    };
    const put = async (key: string, bytes: Uint8Array) =>
      store.putFile(key, await file(bytes), { contentType });
    const get = async (key: string, range?: ByteRange): Promise<Buffer | null> => {
      const body = await store.read(key, range);
      return body && buffer(body);
    };
    /** Starts an upload and finds it incomplete. Starts again when it ends unobserved. */
    const observedUpload = async (key: string, list: () => Promise<readonly IncompleteObject[]>) => {
      for (let attempt = 1; attempt <= 10; attempt += 1) {
        const ended = new AbortController();
        const upload = put(key, Buffer.alloc(64 * mebibyte))
          .then(
            () => 'stored',
            () => 'failed',
          )
          .finally(() => ended.abort());
        while (!ended.signal.aborted) {
          const incomplete = (await list()).find((one) => one.key === key);
          if (incomplete !== undefined) return { upload, incomplete };
        }
        await store.delete(key);
      }
      throw new Error('no upload was observed while it was incomplete');
    };
    const keysBelow = async (prefix: string): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      return keys.sort();
    };

    test('reads the bytes that were put, and reports the same size and ETag from put and stat', async () => {
      const key = `${randomUUID()}/a/report.zip`;
      const bytes = randomBytes(100_000);
      const stored = await put(key, bytes);
      expect(stored.bytes).toBe(100_000);
      expect(stored.etag).toMatch(/^[^"]+$/);
      expect(await store.stat(key)).toEqual(stored);
      expect((await get(key))?.equals(bytes)).toBe(true);
    });

    test('keeps every byte of a file uploaded in several parts', async () => {
      const key = randomUUID();
      const bytes = randomBytes(17 * mebibyte + 3);
      expect((await put(key, bytes)).bytes).toBe(bytes.length);
      const body = await get(key);
      expect(body && createHash('sha256').update(body).digest('hex')).toBe(
        createHash('sha256').update(bytes).digest('hex'),
      );
    });

    test('keeps an empty object', async () => {
      const key = randomUUID();
      expect((await put(key, Buffer.alloc(0))).bytes).toBe(0);
      expect(await store.stat(key)).toMatchObject({ bytes: 0 });
      expect(await get(key)).toEqual(Buffer.alloc(0));
    });

    test('returns null for missing objects, also below and above an object', async () => {
      const top = randomUUID();
      await put(`${top}/object`, Buffer.from('x'));
      for (const key of [randomUUID(), top, `${top}/other`, `${top}/object/below`]) {
        expect(await store.stat(key)).toBeNull();
        expect(await store.read(key)).toBeNull();
        expect(await store.read(key, { start: 0, endExclusive: 0 })).toBeNull();
      }
    });

    test('reads any range of bytes, up to the end of the object', async () => {
      const key = randomUUID();
      const bytes = randomBytes(1_000);
      await put(key, bytes);
      const position = fc.integer({ min: 0, max: 1_200 });
      await fc.assert(
        fc.asyncProperty(position, position, async (one, other) => {
          const range = { start: Math.min(one, other), endExclusive: Math.max(one, other) };
          const expected = bytes.subarray(range.start, range.endExclusive);
          expect((await get(key, range))?.equals(expected)).toBe(true);
        }),
        {
          numRuns: 60,
          examples: [
            [0, 1_000],
            [999, 1_000],
            [1_000, 1_100],
            [0, 1],
            [5, 5],
          ],
        },
      );
    });

    test('refuses invalid ranges', async () => {
      const key = randomUUID();
      await put(key, Buffer.from('x'));
      for (const [start, endExclusive] of [
        [-1, 1],
        [2, 1],
        [0.5, 1],
        [0, Number.NaN],
      ] as const) {
        await expect(store.read(key, { start, endExclusive })).rejects.toThrow(RangeError);
      }
    });

    test('changes the ETag with bytes of the same length, and reads the new ones', async () => {
      const key = randomUUID();
      const etags = new Set<string>();
      for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd'])
        etags.add((await put(key, Buffer.from(text))).etag);
      expect(etags.size).toBe(4);
      expect(await get(key)).toEqual(Buffer.from('dddd'));
      expect(etags).toContain((await store.stat(key))?.etag);
    });

    test('continues to read the original bytes when the object is replaced', async () => {
      const key = randomUUID();
      const before = randomBytes(3 * mebibyte);
      await put(key, before);
      const body = await store.read(key);
      if (body === null) throw new Error('the object is missing');
      const first = await body[Symbol.asyncIterator]().next();
      const chunks = [Buffer.from(first.value as Uint8Array)];
      await put(key, randomBytes(3 * mebibyte));
      for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
      expect(Buffer.concat(chunks).equals(before)).toBe(true);
    });

    test('keeps exactly one of several objects put concurrently under one key', async () => {
      const key = randomUUID();
      const contents = Array.from({ length: 4 }, () => randomBytes(300_000));
      await Promise.all(contents.map((bytes) => put(key, bytes)));
      const body = await get(key);
      expect(contents.filter((bytes) => body?.equals(bytes))).toHaveLength(1);
    });

    test('deletes objects, and ignores missing ones', async () => {
      const key = `${randomUUID()}/x/y`;
      await put(key, Buffer.from('x'));
      await store.delete(key);
      await store.delete(key);
      expect(await store.stat(key)).toBeNull();
      expect(await keysBelow(key.slice(0, 36))).toEqual([]);
    });

    test('puts an object while its neighbours are deleted', async () => {
      const top = randomUUID();
      for (let round = 0; round < 20; round += 1) {
        await put(`${top}/a/b/one`, Buffer.from('1'));
        await Promise.all([store.delete(`${top}/a/b/one`), put(`${top}/a/b/two`, Buffer.from('2'))]);
        expect(await keysBelow(`${top}/`)).toEqual([`${top}/a/b/two`]);
        await store.delete(`${top}/a/b/two`);
      }
    });

    test('lists keys that begin with a prefix, not only whole folders, with sizes', async () => {
      const top = randomUUID();
      const names = ['a', 'a.b/c', 'ab/c/d', 'ab/c/e', 'b/a'];
      for (const [index, name] of names.entries()) await put(`${top}/${name}`, Buffer.alloc(index));
      for (const prefix of ['', 'a', 'ab', 'ab/', 'ab/c/d', 'b/', 'c', 'ab/c/d/']) {
        const wanted = names.filter((name) => name.startsWith(prefix)).map((name) => `${top}/${name}`);
        expect(await keysBelow(`${top}/${prefix}`)).toEqual(wanted.sort());
      }
      const sizes = new Map<string, number>();
      for await (const { key, bytes } of store.list(top)) sizes.set(key, bytes);
      expect(sizes.get(`${top}/b/a`)).toBe(4);
    });

    test('refuses keys that could escape the store', async () => {
      const name = await file(Buffer.from('x'));
      const bad = [
        '',
        '/',
        '/etc/passwd',
        '..',
        '../x',
        'a/../../x',
        'a/./b',
        'a//b',
        'a/',
        'a\\b',
        'ä',
        'a b',
        'a\0b',
      ];
      for (const key of [...bad, 'x'.repeat(256), 'abc/'.repeat(256) + 'x']) {
        await expect(store.putFile(key, name, { contentType })).rejects.toThrow(TypeError);
        await expect(store.stat(key)).rejects.toThrow(TypeError);
        await expect(store.read(key)).rejects.toThrow(TypeError);
        await expect(store.delete(key)).rejects.toThrow(TypeError);
      }
      for (const prefix of ['/', '../', 'a/../', 'a b']) {
        await expect(keysBelow(prefix)).rejects.toThrow(TypeError);
      }
    });

    test('rejects an aborted upload with the reason of the signal and leaves no object', async () => {
      const key = randomUUID();
      const name = await file(randomBytes(64 * mebibyte));
      const reason = new Error('the attempt lost its lease');
      await expect(store.putFile(key, name, { contentType, signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      );
      const controller = new AbortController();
      const upload = store.putFile(key, name, { contentType, signal: controller.signal });
      setImmediate(() => controller.abort(reason));
      await expect(upload).rejects.toBe(reason);
      expect(await store.stat(key)).toBeNull();
      expect(await keysBelow(key)).toEqual([]);
    });

    test('reports an unreadable file as the caller’s error, not as an unavailable store', async () => {
      const missing = store.putFile(randomUUID(), path.join(folder.path, 'missing'), { contentType });
      await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
      const notAFile = store.putFile(randomUUID(), folder.path, { contentType });
      await expect(notAFile).rejects.toMatchObject({ code: 'EISDIR' });
    });

    test('lists incomplete uploads by key; a discarded one never becomes an object', async () => {
      const key = `incomplete-${randomUUID()}/report.zip`;
      const incompleteBelow = async (prefix: string) => {
        const found: IncompleteObject[] = [];
        for await (const incomplete of store.listIncomplete(prefix)) found.push(incomplete);
        return found;
      };
      const { upload, incomplete } = await observedUpload(key, () => incompleteBelow('incomplete-'));
      await incomplete.discard();
      expect(await upload).toBe('failed');
      expect(await store.stat(key)).toBeNull();
      expect(await incompleteBelow(key)).toEqual([]);
      await put(key, Buffer.from('x'));
      expect(await incompleteBelow(key)).toEqual([]);
    });

    test('passes its check', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
