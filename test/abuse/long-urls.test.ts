import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createdAccessKey } from '@hourglass/contract';
import {
  connectDatabase,
  ordersPath,
  sharedSystem,
  signRequest,
  suiteSize,
  targetOf,
  type DatabaseClient,
  type TestSystem,
} from '@hourglass/testing';
import { printFigure } from './print-figure.ts';
import { exchange, statusOf } from './raw-connection.ts';

const rounds = suiteSize({ short: 1, full: 20 });
const lengths = [15_000, 2_000_000];
const path = '/v1/organizations/acme/environments/prod/queries/00000000-0000-4000-8000-000000000000';

/** Requests with a long part, and the refusals that each may get. */
const attacks: readonly (readonly [
  title: string,
  statuses: readonly number[],
  request: (long: string) => string,
])[] = [
  ['a name, without credentials', [401], (long) => `/v1/organizations/${long} HTTP/1.1`],
  ['a name, with a token', [400], (long) => `/v1/organizations/${long} HTTP/1.1\r\nAuthorization: Bearer x`],
  ['a name in a poll', [400], (long) => `/v1/o/acme/e/${long}/queries/1 HTTP/1.1\r\nAuthorization: Bearer x`],
  ['a query string', [401], (long) => `${path}?x=${long} HTTP/1.1`],
  ['a token', [401], (long) => `${path} HTTP/1.1\r\nAuthorization: Bearer ${long}`],
  [
    'an e-mail address',
    [401],
    (long) => `${path} HTTP/1.1\r\nAuthorization: Basic ${btoa(`${long.slice(0, long.length * 0.7)}:x`)}`,
  ],
  ['orders without a key', [401], (long) => `${ordersPath}?wheres=${long} HTTP/1.1`],
  ['orders with a long key', [401], (long) => `${ordersPath}?${carriers}&accesskey_id=${long} HTTP/1.1`],
  ['a link', [403], (long) => `${path}/archive?signature=${long} HTTP/1.1`],
];
const carriers = `signature=x&expires=${Math.floor(Date.now() / 1000) + 600}`;

/** Four long heads of an address are received at once. A database that does not answer is a 503, too. */
const isBeyondSlots = (answer: string) => answer.includes('Too many connections');

describe('a long URL of a stranger', () => {
  let system: TestSystem;
  let database: DatabaseClient;
  beforeAll(async () => {
    system = await sharedSystem('api');
    database = await connectDatabase(system.databaseUrl);
    // The key of links is read once.
    await fetch(`${system.url}${path}/archive`);
  });
  afterAll(async () => {
    await database.end();
    await system.stop();
  });

  test('is refused while no table can be read, so without a read', async () => {
    const refused: unknown[] = [];
    const wrong: unknown[] = [];
    await database.sql('begin');
    try {
      await database.sql(
        'lock table organizations, environments, users, tokens, access_keys, queries in access exclusive mode',
      );
      for (const [title, statuses, request] of attacks) {
        for (const length of lengths) {
          const head = `GET ${request('x'.repeat(length))}\r\nHost: api\r\nConnection: close\r\n\r\n`;
          const answers = await Promise.all(Array.from({ length: rounds }, () => exchange(system.url, head)));
          for (const answer of answers) {
            const status = statusOf(answer);
            const isRefused = status === 431 || statuses.includes(status) || isBeyondSlots(answer);
            (isRefused ? refused : wrong).push({ title, length, status });
          }
        }
      }
    } finally {
      await database.sql('rollback');
    }
    printFigure('long URLs of strangers', {
      found: `${wrong.length} of ${refused.length + wrong.length} waited for the database`,
      bound: '0',
    });
    expect(wrong).toEqual([]);
  });

  test('has 2 MiB only for orders, and only after its access key is known', async () => {
    const created = await system.client.request('/accessKeys', { method: 'POST', body: '{}' });
    const key = createdAccessKey.parse(await created.json());
    const conditions: readonly [string, string] = ['wheres', 'x'.repeat(600_000)];
    const ask = async (accesskeyId: string) => {
      const target = targetOf(signRequest({ ...key, accesskeyId }, { parameters: [conditions] }));
      return statusOf(await exchange(system.url, `GET ${target} HTTP/1.1\r\nHost: api\r\n\r\n`));
    };
    expect([await ask(key.accesskeyId), await ask('a'.repeat(32))]).toEqual([400, 431]);
  });
});
