import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import {
  connectDatabase,
  sharedSystem,
  type DatabaseClient,
  type DatabaseProxy,
  type TestSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRewritingProxy } from './rewriting-proxy.ts';

const pages = 8;
/** The last page is not full. */
const events = pages * 1_000 - 1;
/** A page has 5 MB. The buffers of a connection hold about 10 MB. */
const fittingPages = 4;
const newline = 10;

let system: TestSystem;
let database: DatabaseClient;
let proxy: DatabaseProxy;
let url: string;
let headers: Readonly<Record<string, string>>;
/** Statements of the API that read a page of events. */
let reads = 0;
beforeAll(async () => {
  system = await sharedSystem('api');
  database = await connectDatabase(system.databaseUrl);
  proxy = await startRewritingProxy(system.databaseUrl, (sql) => {
    if (sql.includes('from audit_events')) reads += 1;
    return sql;
  });
  const api = await system.startApi({ DATABASE_URL: proxy.url });
  url = `${api}/v1/organizations/${system.organization}/audit?format=ndjson&action=token.create`;
  headers = { Authorization: `Bearer ${system.token}` };
  await database.sql(
    `insert into audit_events (organization, actor, action, details)
     select $1, 'user', 'token.create', jsonb_build_object('text', repeat('x', 5000)) from generate_series(1, $2)`,
    [system.organization, events],
  );
});
afterAll(async () => {
  // Later files read the log of this system.
  await database.sql(
    `begin; set local hourglass.audit_retention = 'on';
     delete from audit_events where organization = '${system.organization}'; commit`,
  );
  await database.end();
  await system.stop();
  proxy.close();
});

/** Reads all events of an export. Returns the number of statements that read events meanwhile. */
async function readsOfWholeExport(): Promise<number> {
  const before = reads;
  const response = await fetch(url, { headers });
  let lines = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>)
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines += 1;
  expect(lines).toBe(events);
  return reads - before;
}

test('an export reads few pages while its client reads nothing, and none after the client has gone', async () => {
  expect(await readsOfWholeExport()).toBe(pages);
  const stalled = request(url, { headers }).end();
  const [response] = (await once(stalled, 'response')) as [IncomingMessage];
  response.pause();
  // Long enough for the other export to end, too.
  expect(await readsOfWholeExport()).toBeLessThanOrEqual(pages + fittingPages);
  response.on('error', () => {});
  response.destroy();
  expect(await readsOfWholeExport()).toBe(pages);
});
