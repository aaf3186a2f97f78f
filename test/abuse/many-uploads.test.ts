import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, startSystem, suiteSize, type RunningSystem } from '@hourglass/testing';
import { factLine, openUpload, receiving } from './open-upload.ts';
import { printFigure } from './print-figure.ts';

const uploads = suiteSize({ short: 8, full: 50 });
const bodyBytes = suiteSize({ short: 1_000_000, full: 24_000_000 });
const timeoutMs = suiteSize({ short: 60_000, full: 600_000 });

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({
    worker: false,
    // In full form the defaults.
    env: {
      HOURGLASS_UPLOADS: String(suiteSize({ short: 4, full: 64 })),
      HOURGLASS_UPLOADS_PER_ORGANIZATION: String(suiteSize({ short: 3, full: 32 })),
      HOURGLASS_UPLOAD_WAIT_SECONDS: String(suiteSize({ short: 60, full: 10 })),
    },
  });
});
afterAll(() => system.stop());

async function storedFacts(): Promise<number> {
  const database = await connectDatabase(system.databaseUrl);
  try {
    const [row] = await database.sql<{ n: number }>(
      'select coalesce(sum(accepted), 0)::int as n from batches',
    );
    return row?.n ?? -1;
  } finally {
    await database.end();
  }
}

test(
  'many honest uploads at the same time are accepted in turn, or told when to try again',
  async () => {
    const line = factLine('many'.repeat(256));
    const lines = Math.ceil(bodyBytes / line.length);
    const body = Buffer.from(line.repeat(lines));
    const responses = await Promise.all(
      Array.from({ length: uploads }, async () => {
        const upload = openUpload(system);
        upload.request.end(body);
        return upload.response;
      }),
    );
    const accepted = responses.filter(({ status }) => status === 201).length;
    const later = responses.filter(
      ({ status, headers }) => status === 429 && Number(headers['retry-after']) > 0,
    );
    printFigure(`${uploads} uploads of ${bodyBytes / 1e6} MB`, {
      found: `${accepted} accepted, ${later.length} told to retry`,
      bound: `${uploads} in all`,
    });
    expect(accepted + later.length).toBe(uploads);
    expect(accepted).toBeGreaterThanOrEqual(suiteSize({ short: uploads, full: 3 }));
    expect(await storedFacts()).toBe(accepted * lines);
  },
  timeoutMs,
);

test('a batch that is not admitted in time gets a 429 before its body is read', async () => {
  const api = system.startApiProcess({ HOURGLASS_UPLOADS: '1', HOURGLASS_UPLOAD_WAIT_SECONDS: '0' });
  const port = await api.lineWith((line) =>
    line.includes('"listening"') ? (/"port":(\d+)/.exec(line)?.[1] ?? null) : null,
  );
  const target = { ...system, url: `http://127.0.0.1:${port}` };
  const admitted = openUpload(target);
  await receiving(target, 1);

  const waiting = openUpload(target, { Expect: '100-continue' });
  let continues = 0;
  waiting.request.on('continue', () => (continues += 1));
  expect(await waiting.response).toMatchObject({
    status: 429,
    headers: { 'retry-after': '1', connection: 'close' },
  });
  expect(continues).toBe(0);

  const sending = openUpload(target);
  sending.request.end(factLine('refused').repeat(500_000));
  expect(await sending.response).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });

  admitted.leave();
  await receiving(target, 0);
  const next = openUpload(target, { Expect: '100-continue' });
  next.request.on('continue', () => next.request.end(factLine('next')));
  expect(await next.response).toMatchObject({ status: 201 });
});
