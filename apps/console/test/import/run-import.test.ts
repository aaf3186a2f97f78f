import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { apiDataset, factsTarget } from '@hourglass/query/catalogue';
import { describe, expect, test } from 'vitest';
import type { ImportState } from '../../src/import/import-state.ts';
import { runImport, type ImportPorts } from '../../src/import/run-import.ts';

const line = (second: number, status = 200) =>
  `192.0.2.1 - - [22/Nov/2026:10:00:${String(second).padStart(2, '0')} +0000] "GET /shop?a=ż HTTP/1.1" ${status} 5 "-" "curl/8.0"\n`;

interface Sent {
  readonly url: string;
  readonly id: string;
  readonly rows: readonly Record<string, unknown>[];
  readonly body: string;
}

/** Runs an import against responses in turn, of which the last one is repeated. */
async function importFiles(
  files: readonly File[],
  responses: readonly (() => Response)[] = [() => accepted(1)],
  choices: Partial<Parameters<typeof runImport>[0]> = {},
  ports: Partial<ImportPorts> = {},
) {
  const sent: Sent[] = [];
  const states: ImportState[] = [];
  const waits: number[] = [];
  await runImport(
    {
      files,
      environmentUrl: 'http://api/v1/organizations/o/environments/e',
      format: null,
      proxy: null,
      separator: ',',
      onError: 'refuse',
      ...choices,
    },
    {
      fetch: (url, init) => {
        const body = gunzipSync(init?.body as Uint8Array).toString();
        const rows = body
          .trimEnd()
          .split('\n')
          .map((row) => JSON.parse(row) as Record<string, unknown>);
        const id = new Headers(init?.headers).get('Idempotency-Key') ?? '';
        sent.push({ url: typeof url === 'string' ? url : '', id, rows, body });
        const respond = responses[sent.length - 1] ?? responses.at(-1);
        return Promise.resolve().then(() => respond?.() ?? Response.error());
      },
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      csvOptions: (separator) => Promise.resolve({ target: factsTarget(apiDataset), separator }),
      onState: (state) => states.push(state),
      resumed: () => Promise.reject(new Error('not resumed')),
      ...ports,
    },
  );
  return { sent, states, waits, last: states.at(-1) };
}

const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const accepted = (count: number, more: object = {}) => json(201, { batch: 'b', accepted: count, ...more });
const file = (name: string, ...parts: BlobPart[]) => new File(parts, name);
const gone = () => {
  throw new TypeError('failed to fetch');
};

describe('an import in the browser', () => {
  test('sends a log, plain or gzip, as facts, with the id that the command line gives the batch', async () => {
    const text = line(1) + line(2, 500);
    const plain = await importFiles([file('access.log', text)], [() => accepted(2)]);
    const packed = await importFiles([file('access.log.2.gz', gzipSync(text))], [() => accepted(2)]);
    expect(packed.sent).toEqual(plain.sent);
    const appended = Buffer.concat([gzipSync(line(1)), gzipSync(line(2, 500))]);
    const members = await importFiles([file('access.log.gz', appended)], [() => accepted(2)]);
    expect(members.sent).toEqual(plain.sent);
    const [batch] = plain.sent;
    expect(batch?.url).toBe('http://api/v1/organizations/o/environments/e/facts/api?onError=refuse');
    expect(batch?.rows).toMatchObject([{ response_status_code: 200 }, { response_status_code: 500 }]);
    const hash = createHash('sha256').update(`api\n1\n${batch?.body}`).digest('hex');
    expect(batch?.id).toBe(`import-${hash.slice(0, 32)}`);
    expect(plain.last).toMatchObject({
      phase: 'done',
      format: 'combined',
      accepted: 2,
      firstMs: Date.UTC(2026, 10, 22, 10, 0, 1),
      lastMs: Date.UTC(2026, 10, 22, 10, 0, 2),
      readBytes: Buffer.byteLength(text),
    });
  });

  test('sends 50,000 rows at a time, and the next ones after the answer', async () => {
    const rows = Array.from({ length: 120_001 }, (_, at) => `{"timestamp":${1_795_000_000_000 + at}}\n`);
    const { sent, last } = await importFiles([file('calls.ndjson', rows.join(''))], [() => accepted(5)]);
    expect(sent.map((batch) => batch.rows.length)).toEqual([50_000, 50_000, 20_001]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
    expect(last).toMatchObject({ phase: 'done', accepted: 15, firstMs: 1_795_000_000_000 });
  });

  test('sends the same batch again while the server is away or busy, with back-off or after its time', async () => {
    const busy = () => json(429, { code: 'limit.uploads', message: 'busy' }, { 'Retry-After': '7' });
    const { sent, waits, states, last } = await importFiles(
      [file('access.log', line(1))],
      [gone, () => json(503, { code: 'x', message: 'down' }), busy, () => accepted(1, { repeated: true })],
    );
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(waits).toEqual([1000, 2000, 7000]);
    expect(states.filter(({ phase }) => phase === 'waiting').map(({ problem }) => problem?.status)).toEqual([
      0, 503, 429,
    ]);
    // The request without a response may be the one that stored the batch.
    expect(last).toMatchObject({ phase: 'done', accepted: 1, repeated: 0, problem: null });
  });

  test('pauses at any other refusal, and goes on with the same batch when a person says so', async () => {
    const paused: ImportState[] = [];
    const { sent, states, last } = await importFiles(
      [file('access.log', line(1))],
      [() => json(401, { code: 'auth.required', message: 'sign in' }), () => accepted(1)],
      {},
      { resumed: () => Promise.resolve() },
    );
    paused.push(...states.filter(({ phase }) => phase === 'paused'));
    expect(paused.map(({ problem }) => problem?.code)).toEqual(['auth.required']);
    expect(sent[0]?.id).toBe(sent[1]?.id);
    expect(last).toMatchObject({ phase: 'done', accepted: 1 });
  });

  test('names bad lines by their number in the file, and stops or leaves them out', async () => {
    const text = `${line(1)}\nnonsense <script>\n${line(2)}`;
    const refused = await importFiles([file('access.log', text)]);
    expect(refused.sent).toEqual([]);
    expect(refused.last).toMatchObject({
      phase: 'refused',
      accepted: 0,
      faults: [{ line: 3, file: 'access.log' }],
    });
    const skipped = await importFiles([file('access.log', text)], [() => accepted(2)], { onError: 'skip' });
    expect(skipped.last).toMatchObject({ phase: 'done', accepted: 2, rejected: 1, faults: [{ line: 3 }] });
  });

  test('sends nothing after a refused batch, neither of its file nor of the next', async () => {
    const rows = Array.from({ length: 50_000 }, () => `{"timestamp":1795000000000}\n`);
    const refusal = () =>
      json(400, { code: 'batch.refused', message: 'no', faults: [{ line: 1, field: '', message: 'bad' }] });
    const text = rows.join('');
    const files = [file('a.ndjson', `${text}${text}`), file('b.ndjson', text)];
    const { sent, last } = await importFiles(files, [refusal]);
    expect([sent.length, last?.phase, last?.fileName]).toEqual([1, 'refused', 'a.ndjson']);
  });

  test('translates the lines that the server refuses to those of the file', async () => {
    const faults = [{ line: 2, field: 'timestamp', message: 'too far ahead' }];
    const refusal = () => json(400, { code: 'batch.refused', message: 'no', faults });
    const text = `{"timestamp":1}\n\n{"timestamp":2}\n`;
    const { last } = await importFiles([file('a.ndjson', text)], [refusal]);
    expect(last).toMatchObject({ phase: 'refused', faults: [{ line: 3, field: 'timestamp' }] });
    const skipped = await importFiles([file('a.ndjson', text)], [refusal], { onError: 'skip' });
    expect(skipped.last).toMatchObject({ phase: 'done', rejected: 2, accepted: 0 });
  });

  test('counts what an earlier import stored, and names a half-written last line', async () => {
    const { last } = await importFiles(
      [file('access.log', line(1) + line(2).slice(0, 40))],
      [() => accepted(1, { repeated: true })],
    );
    expect(last).toMatchObject({ accepted: 0, repeated: 1, unfinished: { file: 'access.log', line: 2 } });
  });

  test('reads CSV by its columns, with the chosen separator', async () => {
    const { sent } = await importFiles(
      [file('calls.csv', 'timestamp;apiproxy;response_size\n2026-11-22;"a;b";12\n')],
      undefined,
      { separator: ';' },
    );
    expect(sent[0]?.rows).toEqual([{ timestamp: '2026-11-22', apiproxy: 'a;b', response_size: 12 }]);
  });

  test('stops where the rest of a file cannot be read, which no choice changes', async () => {
    const text = 'timestamp,apiproxy\n2026-11-22,a"b\n2026-11-23,c\n';
    for (const onError of ['refuse', 'skip'] as const) {
      const { sent, last } = await importFiles([file('a.csv', text)], undefined, { onError });
      expect([sent, last?.phase, last?.faults.map((fault) => fault.line)]).toEqual([[], 'stopped', [2]]);
    }
  });

  test.each([
    ['ZIP', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 65, 0])],
    ['damaged gzip', gzipSync(line(1)).subarray(0, 40)],
  ])('stops at a file of %s and says so', async (kind, bytes) => {
    const { sent, last } = await importFiles([file('access.log', Uint8Array.from(bytes))]);
    expect([sent, last?.phase, last?.problem?.message]).toEqual([[], 'stopped', kind]);
  });
});
