import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedSystem, temporaryFolder, type TemporaryFolder, type TestSystem } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

let system: TestSystem;
let folder: TemporaryFolder;
beforeAll(async () => {
  [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
});
afterAll(async () => {
  await system?.stop();
  await folder?.remove();
});

async function importFile(name: string, content: string | Buffer, ...options: string[]) {
  const file = path.join(folder.path, name);
  await writeFile(file, content);
  return runCli(system, 'import', '--org', system.organization, '--env', 'prod', ...options, file);
}

function line(day: string, address = '192.0.2.10') {
  return `${address} - - [${day}/Nov/2026:10:02:11 +0000] "GET /shop HTTP/1.1" 200 5120 "https://example.com/a" "curl/8.5.0"`;
}

test('a rotated log needs no format; its times, virtual host and referer are in reports', async () => {
  const log = `${line('01')} 0.123 0.1, 0.020\n`.replace('0.1,', '0.100,');
  const timed = await importFile('access.log.2.gz', gzipSync(log), '--apiproxy', 'shop');
  expect(timed.code).toBe(0);
  expect(timed.output).toMatch(/access\.log\.2\.gz: read as nginx_timed\naccepted 1 fact in 1 batch$/);
  const hosts = await importFile('other_vhosts_access.log.1', `shop.example:443 ${line('01')}\n`);
  expect(hosts.output).toMatch(/read as vhost_combined\naccepted 1 fact in 1 batch$/);
  const text = await system.client.report({
    metrics: [
      { name: 'total_response_time', function: 'sum', alias: 'total' },
      { name: 'target_response_time', function: 'sum', alias: 'target' },
    ],
    dimensions: ['virtual_host', 'referer', 'client_ip'],
    timeRange: { start: '2026-11-01T00:00:00Z', end: '2026-11-02T00:00:00Z' },
  });
  const rows = text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as object);
  expect(rows).toEqual([
    expect.objectContaining({ virtual_host: '(not set)', total: '123', target: '120' }),
    expect.objectContaining({
      virtual_host: 'shop.example',
      referer: 'https://example.com/a',
      client_ip: '192.0.2.10',
    }),
  ]);
});

test('a wrong format stores nothing, is said once and names the right one, also when bad rows are skipped', async () => {
  const log = `shop.example:443 ${line('02')}\n`.repeat(300);
  for (const onError of ['refuse', 'skip']) {
    const options = ['--format', 'combined', '--on-error', onError];
    const { code, output } = await importFile('vhosts.txt', log, ...options);
    expect(code).toBe(1);
    expect(output.match(/line \d+/g)).toEqual(['line 1']);
    expect(output).toContain('column 1: found "shop.example:443"; expected an IP address or a host name');
    expect(output).toContain('use --format vhost_combined');
  }
});

test('a half-written last line is left out and named', async () => {
  const half = line('03').slice(0, -4);
  const first = await importFile('growing.log', `${line('03')}\n${half}`);
  expect(first.code).toBe(0);
  expect(first.output).toMatch(
    /growing\.log: line 2 has no line end and was left out, because it may be half written: /,
  );
  expect(first.output).toMatch(/accepted 1 fact in 1 batch$/);
  const alone = await importFile('half.log', half);
  expect([alone.code, alone.output]).toEqual([1, expect.stringContaining('no facts') as string]);
});

test('--log-format takes the definition of the server and names what it skips', async () => {
  const log = '04/Nov/2026 10:02:11 +0000;192.0.2.10;GET /a?b HTTP/1.1;200;1500;TLSv1.3\n';
  const definition = '%{%d/%b/%Y %T %z}t;%h;%r;%>s;%D;%{SSL_PROTOCOL}x';
  const read = await importFile('own.txt', log, '--log-format', definition);
  expect(read.code).toBe(0);
  expect(read.output).toContain('--log-format: no field for %{SSL_PROTOCOL}x; skipped');
  const wrong = await importFile('own.txt', log, '--log-format', '%h %>s');
  expect([wrong.code, wrong.output]).toEqual([2, expect.stringContaining('found no time') as string]);
});

test('--on-error skip does not hide that the rest of a CSV file was not read', async () => {
  const csv = 'timestamp,apiproxy\n2026-11-05T10:00:00Z,a\n2026-11-05T10:00:00Z,"b\n2026-11-05T10:00:00Z,c\n';
  const { code, output } = await importFile('open-quote.csv', csv, '--on-error', 'skip');
  expect(code).toBe(1);
  expect(output).toMatch(
    /the rest was not read; 1 earlier batch stored 1 fact\n  line 3: a quoted cell is not closed/,
  );
});

test('a name that shows no format needs --format', async () => {
  const { code, output } = await importFile('data.bin', 'x\n');
  expect(code).toBe(2);
  expect(output).toContain('expected --format, or a name that ends in .log, .ndjson or .csv');
});
