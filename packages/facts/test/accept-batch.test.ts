import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { catalogue, factsTarget, type Dataset } from '@hourglass/query';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptBatch } from '../src/batch/accept-batch.ts';
import type { AcceptBatchOptions } from '../src/batch/accept-batch.ts';
import { inChunks } from './chunked.ts';
import { MemoryFactStore } from './memory-fact-store.ts';

const dataset = catalogue.get('api') as Dataset;
const nowMs = Date.UTC(2026, 10, 22, 12);
const good = '{"timestamp":"2026-11-22T10:00:00Z","apiproxy":"a"}\n';
const bad = '{"timestamp":"2026-11-22T10:00:00Z","apiproxy":1}\n';
const badFault = { field: 'apiproxy', message: 'found the number 1; expected text' };

function accept(
  store: MemoryFactStore,
  body: AsyncIterable<Buffer> | string,
  options: Partial<AcceptBatchOptions> & { id?: string } = {},
) {
  const { id = 'b1', ...rest } = options;
  return acceptBatch(typeof body === 'string' ? inChunks(body) : body, {
    identity: { environmentId: 1, target: factsTarget(dataset), id },
    store,
    onError: 'refuse',
    nowMs,
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

  test('is written in groups while it is read, which bounds memory', async () => {
    const store = new MemoryFactStore();
    let sent = 0;
    async function* body() {
      for (let count = 0; count < 30; count += 1) {
        // A chunk is released at the latest three chunks later.
        expect(store.calls.length).toBeGreaterThanOrEqual(Math.floor(sent / 1000) - 1);
        yield Buffer.from(good.repeat(500));
        sent += 500;
      }
    }
    expect(await accept(store, body())).toMatchObject({ accepted: 15_000 });
    expect(store.calls).toEqual(['open', ...Array.from({ length: 15 }, () => 'write 1000'), 'commit']);
  });

  test('of long rows is written in smaller groups', async () => {
    const store = new MemoryFactStore();
    const row = `${JSON.stringify({ timestamp: '2026-11-22', request_uri: 'x'.repeat(30_000) })}\n`;
    await accept(store, row.repeat(100));
    expect(store.calls.slice(0, 3)).toEqual(['open', 'write 35', 'write 35']);
  });
});

describe('a faulty row', () => {
  test('refuses the batch: it is rolled back at once, later rows are only checked', async () => {
    const store = new MemoryFactStore();
    let callsAtThirdChunk: string[] = [];
    async function* body() {
      yield Buffer.from(good.repeat(1500));
      yield Buffer.from(`not json\n${good.repeat(3000)}`);
      callsAtThirdChunk = [...store.calls];
      yield Buffer.from(good + bad);
    }
    expect(await accept(store, body())).toEqual({
      kind: 'refused',
      faults: [
        { line: 1501, field: '', message: expect.stringContaining('not JSON') as string },
        { line: 4503, ...badFault },
      ],
    });
    expect(callsAtThirdChunk).toEqual(['open', 'write 1000', 'rollback']);
    expect(store.calls).toEqual(['open', 'write 1000', 'rollback']);
    expect(store.copyLines).toEqual([]);
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
        expect(store.calls.at(-1)).toBe(isAccepted ? 'commit' : 'rollback');
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
      expect(store.calls).toEqual(['open', 'rollback']);
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

describe('an error rolls the batch back:', () => {
  test('a body that fails', async () => {
    const store = new MemoryFactStore();
    async function* broken() {
      yield Buffer.from(good.repeat(1000));
      throw new Error('the client went away');
    }
    await expect(accept(store, broken())).rejects.toThrow('the client went away');
    expect(store.calls).toEqual(['open', 'write 1000', 'rollback']);
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
    expect(store.calls).toEqual(['open', 'rollback']);
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

  test('a failed write, with the body left open for the response', async () => {
    const store = failingOn('write 1000');
    const body = Readable.from(inChunks(good.repeat(5000), [1000]));
    await expect(accept(store, body as AsyncIterable<Buffer>)).rejects.toThrow('write 1000 failed');
    expect(store.calls).toEqual(['open', 'write 1000', 'rollback']);
    expect(body.destroyed).toBe(false);
    body.destroy();
  });

  test('a failed commit', async () => {
    const store = failingOn('commit');
    await expect(accept(store, good)).rejects.toThrow('commit failed');
    expect(store.calls).toEqual(['open', 'write 1', 'commit', 'rollback']);
  });

  test('a failed rollback, which does not hide the first error', async () => {
    const store = failingOn('rollback');
    async function* broken() {
      yield Buffer.from(good);
      throw new Error('first');
    }
    await expect(accept(store, broken())).rejects.toThrow('first');
  });

  test('a batch that cannot be opened', async () => {
    const store = failingOn('open');
    await expect(accept(store, good)).rejects.toThrow('open failed');
    expect(store.calls).toEqual(['open']);
  });
});
