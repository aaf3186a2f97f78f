import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { catalogue, factsTarget, type Dataset } from '@hourglass/query';
import fc from 'fast-check';
import { temporaryFolder, unlimitedBatchSpace, type TemporaryFolder } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptBatch } from '../src/batch/accept-batch.ts';
import type { AcceptBatchOptions } from '../src/batch/batch-options.ts';
import { BodyLimitReached } from '../src/batch/body-meter.ts';
import { createByteBudget } from '../src/batch/byte-budget.ts';
import { ScratchFull } from '../src/bulk/accept-spooled.ts';
import { inChunks } from './chunked.ts';
import { MemoryFactStore } from './memory-fact-store.ts';

const dataset = catalogue.get('api') as Dataset;
const nowMs = Date.UTC(2026, 10, 22, 12);
const times = { earliestMs: 0, latestMs: nowMs + 86_400_000 };
const good = '{"timestamp":"2026-11-22T10:00:00Z","apiproxy":"a"}\n';
const bad = '{"timestamp":"2026-11-22T10:00:00Z","apiproxy":1}\n';
const badFault = { field: 'apiproxy', message: 'found the number 1; expected text' };

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

function accept(
  store: MemoryFactStore,
  body: AsyncIterable<Buffer> | string,
  options: Partial<AcceptBatchOptions> & { id?: string } = {},
) {
  const { id = 'b1', ...rest } = options;
  return acceptBatch(typeof body === 'string' ? inChunks(body) : body, {
    identity: { environmentId: 1, target: factsTarget(dataset), id },
    store,
    ...unlimitedBatchSpace(folder.path),
    onError: 'refuse',
    times,
    signal: new AbortController().signal,
    ...rest,
  });
}

function failingOn(failing: string): MemoryFactStore {
  return new MemoryFactStore((call) => {
    if (call === failing) throw new Error(`${call} failed`);
  });
}

describe('a valid batch', () => {
  test('is committed as a whole, with the hash of the body as sent', async () => {
    const store = new MemoryFactStore();
    const body = `\uFEFF${good}\r\n${good.trimEnd()}`;
    expect(await accept(store, body)).toEqual({
      kind: 'accepted',
      batch: 'b1',
      repeated: false,
      accepted: 2,
      rejected: 0,
      faults: [],
    });
    expect(store.calls).toEqual(['open', 'write 2', 'commit']);
    expect(store.batches.get('b1')?.bodySha256).toBe(createHash('sha256').update(body).digest('hex'));
  });

  test.each([[3_000], [15_000]])(
    'of %d rows opens a transaction when all of it has arrived, and writes groups',
    async (rows) => {
      const store = new MemoryFactStore();
      async function* body() {
        for (let sent = 0; sent < rows; sent += 500) {
          expect(store.calls).toEqual([]);
          yield Buffer.from(good.repeat(500));
        }
      }
      expect(await accept(store, body())).toMatchObject({ accepted: rows });
      const writes = store.calls.slice(1, -1).map((call) => Number(/^write (\d+)$/.exec(call)?.[1]));
      expect([store.calls[0], store.calls.at(-1)]).toEqual(['open', 'commit']);
      expect(writes.length).toBeGreaterThan(1);
      expect(writes.reduce((sum, written) => sum + written, 0)).toBe(rows);
      expect(await readdir(folder.path)).toEqual([]);
    },
  );

  test('takes memory and scratch space only while it is received', async () => {
    const space = {
      memory: createByteBudget(4 * 1024 * 1024),
      scratch: createByteBudget(4 * 1024 * 1024),
      scratchDirectory: folder.path,
    };
    let mostMemory = 0;
    async function* body() {
      for (let sent = 0; sent < 1_500_000; sent += 52 * 500) {
        mostMemory = Math.max(mostMemory, space.memory.takenBytes);
        yield Buffer.from(good.repeat(500));
      }
    }
    expect(await accept(new MemoryFactStore(), body(), { space })).toMatchObject({ kind: 'accepted' });
    expect(mostMemory).toBeGreaterThan(0);
    expect([space.memory.takenBytes, space.scratch.takenBytes]).toEqual([0, 0]);
  });

  test('is spooled from its beginning when the memory is taken by others', async () => {
    const space = {
      memory: createByteBudget(0),
      scratch: createByteBudget(1024 * 1024),
      scratchDirectory: folder.path,
    };
    const store = new MemoryFactStore();
    expect(await accept(store, inChunks(good.repeat(300), [100]), { space })).toMatchObject({
      accepted: 300,
    });
    expect(store.calls).toEqual(['open', 'write 300', 'commit']);
  });

  test('of long rows is written in smaller groups', async () => {
    const store = new MemoryFactStore();
    const row = `${JSON.stringify({ timestamp: '2026-11-22', request_uri: 'x'.repeat(30_000) })}\n`;
    await accept(store, row.repeat(100));
    expect(store.calls.slice(0, 3)).toEqual(['open', 'write 3', 'write 3']);
  });
});

describe('a faulty row', () => {
  test('refuses the batch without a transaction; later rows are only checked', async () => {
    const store = new MemoryFactStore();
    async function* body() {
      yield Buffer.from(good.repeat(1500));
      yield Buffer.from(`not json\n${good.repeat(3000)}`);
      yield Buffer.from(good + bad);
    }
    expect(await accept(store, body())).toEqual({
      kind: 'refused',
      faults: [
        { line: 1501, field: '', message: expect.stringContaining('not JSON') as string },
        { line: 4503, ...badFault },
      ],
    });
    expect(store.calls).toEqual([]);
  });

  test('refuses a body of more than a mebibyte before its end', async () => {
    const store = new MemoryFactStore();
    let chunks = 0;
    async function* endless() {
      for (;;) {
        yield Buffer.from(chunks === 0 ? bad : good.repeat(500));
        chunks += 1;
      }
    }
    expect(await accept(store, endless())).toEqual({ kind: 'refused', faults: [{ line: 1, ...badFault }] });
    expect(chunks).toBeLessThan(50);
    expect(store.calls).toEqual([]);
  });

  test('is reported up to a hundred faults; then the body stays open but unread', async () => {
    const store = new MemoryFactStore();
    const body = Readable.from(inChunks(bad.repeat(5000), [1000]));
    const answer = await accept(store, body as AsyncIterable<Buffer>);
    expect(answer).toMatchObject({ kind: 'refused' });
    expect(answer.kind === 'refused' && answer.faults.map((fault) => fault.line)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    expect(body.destroyed).toBe(false);
    expect(body.readableEnded).toBe(false);
    body.destroy();
  });

  test('is skipped and reported if the client requested that', async () => {
    const store = new MemoryFactStore();
    const body = good + bad + good + '[]\n' + bad.repeat(200) + good;
    const answer = await accept(store, body, { onError: 'skip' });
    expect(answer).toMatchObject({ kind: 'accepted', accepted: 3, rejected: 202 });
    const faults = answer.kind === 'accepted' ? answer.faults : [];
    expect(faults).toHaveLength(100);
    expect(faults.slice(0, 3)).toEqual([
      { line: 2, ...badFault },
      { line: 4, field: '', message: 'found an array; expected a JSON object' },
      { line: 5, ...badFault },
    ]);
    expect(store.copyLines).toHaveLength(3);
  });

  test('leaves exactly the valid rows or none, for any mixture', async () => {
    const rows = fc.array(fc.constantFrom(good, bad, '\n', '{\n'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('skip' as const, 'refuse' as const), async (lines, onError) => {
        const store = new MemoryFactStore();
        const answer = await accept(store, lines.join(''), { onError });
        const goodRows = lines.filter((line) => line === good).length;
        const badRows = lines.filter((line) => line === bad || line === '{\n').length;
        const isAccepted = goodRows > 0 && (onError === 'skip' || badRows === 0);
        expect(answer.kind).toBe(isAccepted ? 'accepted' : 'refused');
        expect(store.copyLines).toHaveLength(isAccepted ? goodRows : 0);
        expect(store.calls.at(-1)).toBe(isAccepted ? 'commit' : undefined);
        expect(answer.kind === 'conflict' ? [] : answer.faults).toHaveLength(
          isAccepted || badRows > 0 ? badRows : 1,
        );
      }),
    );
  });

  test.each([['refuse'], ['skip']] as const)('is reported for a body without rows (%s)', async (onError) => {
    for (const body of ['', '\n\r\n  \n', '\uFEFF']) {
      const store = new MemoryFactStore();
      expect(await accept(store, body, { onError })).toEqual({
        kind: 'refused',
        faults: [{ line: 1, field: '', message: 'the body is empty; expected at least one row' }],
      });
      expect(store.calls).toEqual([]);
    }
  });
});

describe('a repeated id', () => {
  test('with the same body returns the first result and stores nothing twice', async () => {
    const store = new MemoryFactStore();
    const body = good + bad + good;
    const first = await accept(store, body, { onError: 'skip' });
    const again = await accept(store, inChunks(body, [7]), { onError: 'skip' });
    expect(first).toMatchObject({ kind: 'accepted', batch: 'b1', repeated: false, accepted: 2, rejected: 1 });
    expect(again).toEqual({ ...first, repeated: true });
    expect(store.copyLines).toHaveLength(2);
  });

  test.each([[good], [`${good}${good}\n`], [''], [bad.repeat(300)]])(
    'with a different body is a conflict, even if that body is faulty',
    async (other) => {
      const store = new MemoryFactStore();
      await accept(store, good + good);
      expect(await accept(store, other)).toEqual({ kind: 'conflict' });
      expect(store.copyLines).toHaveLength(2);
    },
  );

  test('returns the first result even if faulty rows would now refuse the batch', async () => {
    const store = new MemoryFactStore();
    const body = bad.repeat(300) + good;
    const first = await accept(store, body, { onError: 'skip' });
    expect(await accept(store, body, { onError: 'refuse' })).toEqual({ ...first, repeated: true });
  });

  test('after a refusal is a new batch', async () => {
    const store = new MemoryFactStore();
    await accept(store, bad);
    expect(await accept(store, good)).toMatchObject({ kind: 'accepted', accepted: 1 });
  });
});

describe('a limit', () => {
  const limits = { maxBytes: Infinity, maxLines: Infinity, maxBlankLines: Infinity };
  test.each([
    [
      'of bytes',
      { maxBytes: 10_000 },
      good,
      /has 1\d{4} bytes after decompression; expected at most 10000 b/,
    ],
    ['of lines', { maxLines: 200 }, good, /has 2\d\d lines; expected at most 200 lines/],
    ['of blank lines', { maxBlankLines: 100 }, ' \r\n', /has \d+ blank lines; expected at most 100 blank/],
  ])('%s ends a body while it is read', async (_, limit, line, message) => {
    let chunks = 0;
    async function* endless() {
      for (;;) {
        yield Buffer.from(line.repeat(10));
        chunks += 1;
      }
    }
    const store = new MemoryFactStore();
    const accepted = accept(store, endless(), { limits: { ...limits, ...limit } });
    await expect(accepted).rejects.toThrow(BodyLimitReached);
    await expect(accepted).rejects.toThrow(message);
    expect(chunks).toBeLessThan(30);
    expect(store.calls).toEqual([]);
  });

  test('of scratch space ends a body before more is written, and leaves no file', async () => {
    const space = {
      memory: createByteBudget(Infinity),
      scratch: createByteBudget(5 * 1024 * 1024),
      scratchDirectory: folder.path,
    };
    let bytes = 0;
    async function* endless() {
      for (;;) {
        yield Buffer.from(good.repeat(1000));
        bytes += 1000 * good.length;
      }
    }
    const store = new MemoryFactStore();
    await expect(accept(store, endless(), { space })).rejects.toThrow(ScratchFull);
    expect(bytes).toBeLessThan(8 * 1024 * 1024);
    expect(space.scratch.takenBytes).toBe(0);
    expect(await readdir(folder.path)).toEqual([]);
    expect(store.calls).toEqual([]);
  });
});

describe('an error stores nothing:', () => {
  test('a body that fails', async () => {
    const store = new MemoryFactStore();
    async function* broken() {
      yield Buffer.from(good.repeat(1000));
      throw new Error('the client went away');
    }
    await expect(accept(store, broken())).rejects.toThrow('the client went away');
    expect(store.calls).toEqual([]);
  });

  test('an abort while the body sends nothing', async () => {
    const store = new MemoryFactStore();
    const controller = new AbortController();
    async function* silent() {
      yield Buffer.from(good);
      setImmediate(() => controller.abort(new Error('stopped')));
      await new Promise(() => {});
    }
    await expect(accept(store, silent(), { signal: controller.signal })).rejects.toThrow('stopped');
    expect(store.calls).toEqual([]);
  });

  test('an abort while the last facts are written', async () => {
    const controller = new AbortController();
    const store = new MemoryFactStore((call) => {
      if (call === 'write 1') controller.abort(new Error('stopped'));
    });
    await expect(accept(store, good, { signal: controller.signal })).rejects.toThrow('stopped');
    expect(store.calls).toEqual(['open', 'write 1', 'rollback']);
  });

  test('an abort before the start opens no transaction', async () => {
    const store = new MemoryFactStore();
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(accept(store, good, { signal })).rejects.toThrow('stopped');
    expect(store.calls).toEqual([]);
  });

  test('a failed write', async () => {
    const store = new MemoryFactStore((call) => {
      if (call.startsWith('write')) throw new Error('no space left');
    });
    await expect(accept(store, good.repeat(5000))).rejects.toThrow('no space left');
    expect(store.calls).toEqual(['open', expect.stringMatching(/^write/), 'rollback']);
  });

  test('a failed commit', async () => {
    const store = failingOn('commit');
    await expect(accept(store, good)).rejects.toThrow('commit failed');
    expect(store.calls).toEqual(['open', 'write 1', 'commit', 'rollback']);
  });

  test('a failed rollback, which does not hide the first error', async () => {
    const store = new MemoryFactStore((call) => {
      if (call === 'commit') throw new Error('first');
      if (call === 'rollback') throw new Error('second');
    });
    await expect(accept(store, good)).rejects.toThrow('first');
  });

  test('a batch that cannot be opened', async () => {
    const store = failingOn('open');
    await expect(accept(store, good)).rejects.toThrow('open failed');
    expect(store.calls).toEqual(['open']);
  });
});
