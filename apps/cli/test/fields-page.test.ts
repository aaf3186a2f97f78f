import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { logOrigins, parseLogFormat, readFacts } from '@hourglass/facts';
import { catalogue } from '@hourglass/query';
import { repositoryRoot } from '@hourglass/testing';
import { fieldsPage } from '../src/fields/fields-page.ts';

test('docs/reference/fields.md is what the catalogue says; npx hourglass fields --markdown writes it', async () => {
  const page = await readFile(path.join(repositoryRoot, 'docs/reference/fields.md'), 'utf8');
  expect(page).toBe(fieldsPage(catalogue));
});

test('the page has a row for every dimension, metric and column of a record', () => {
  const rows = [...fieldsPage(catalogue).matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  const expected = [...catalogue.values()].flatMap(({ dimensions, metrics, records }) =>
    [...dimensions, ...metrics, ...records.flatMap(({ columns }) => columns)].map(({ name }) => name),
  );
  expect(rows).toEqual(expected);
});

test('the origins in access logs are those of every field that an imported line has', async () => {
  const combined = '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET /a/b?c HTTP/1.1" 200 5 "-" "curl/8.5.0"';
  const definition =
    '$host $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" ' +
    '"$http_user_agent" "$http_x_forwarded_for" "$http_x_forwarded_proto" "$http_true_client_ip" $request_id ' +
    '$request_length $request_time $upstream_response_time $upstream_addr $upstream_status';
  const line = `shop.example ${combined} "192.0.2.9" "https" "-" 7f3a 310 0.120 0.100 192.0.2.7:80 200\n`;
  const facts = readFacts(Readable.from([Buffer.from(line)]), {
    format: parseLogFormat(definition),
    proxy: { kind: 'fixed', name: 'site' },
  });
  for await (const [fact] of facts) {
    if (fact === undefined || 'fault' in fact) throw new Error(fact?.fault ?? 'no fact');
    expect(Object.keys(fact.value as object).toSorted()).toEqual(Object.keys(logOrigins).toSorted());
  }
  expect.assertions(1);
});
