import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { catalogue } from '@hourglass/query';
import type { Dataset } from '@hourglass/query';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFactChecker } from '../../src/check/check-fact.ts';
import { factOf } from '../../src/formats/logs/log-facts.ts';
import { explainLine, matchLine } from '../../src/formats/logs/match-line.ts';
import type { LogFormat } from '../../src/formats/logs/log-format.ts';
import type { ProxyNaming } from '../../src/formats/logs/name-proxy.ts';
import { createNamedFormats } from '../../src/formats/logs/named-formats.ts';
import { createUserAgentReader } from '../../src/formats/logs/user-agent.ts';
import { readFacts } from '../../src/formats/read-facts.ts';
import { collectRows } from '../chunked.ts';

const readUserAgent = createUserAgentReader();

const combined = createNamedFormats().get('combined')?.[0] as LogFormat;

function parse(text: string, proxy: ProxyNaming | null = null) {
  const match = matchLine(combined, text);
  if (match === null) return explainLine(combined, text);
  return { value: factOf(match.entry, { readUserAgent, proxy, customValues: {} }) };
}

function valueOf(text: string, proxy: ProxyNaming | null = null) {
  const fact = parse(text, proxy);
  if ('problem' in fact) throw new Error(`column ${fact.column}: ${fact.problem}`);
  return fact.value;
}

function withRequest(request: string): string {
  return `10.0.0.1 - - [17/May/2015:10:05:03 +0000] "${request}" 400 - "-" "-"`;
}

describe('a combined log line', () => {
  test('is read with all its fields', () => {
    const agent =
      'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.107 Safari/537.36';
    const line = `83.149.9.216 - frank [17/May/2015:10:05:03 +0200] "GET /a/b%20c?q=1&r=2 HTTP/1.1" 200 203023 "http://x/?y" "${agent}"`;
    expect(valueOf(line)).toEqual({
      timestamp: Date.parse('2015-05-17T08:05:03Z'),
      client_ip: '83.149.9.216',
      request_verb: 'GET',
      request_uri: '/a/b%20c?q=1&r=2',
      request_path: '/a/b%20c',
      proxy_pathsuffix: '/a/b%20c',
      response_status_code: 200,
      response_size: 203_023,
      referer: 'http://x/?y',
      useragent: agent,
      ax_ua_agent_family: 'Chrome',
      ax_ua_agent_type: 'Browser',
      ax_ua_agent_version: '32.0.1700.107',
      ax_ua_device_category: 'Personal computer',
      ax_ua_os_family: 'Windows',
      ax_ua_os_version: '7',
    });
  });

  test('is read for any fields that Apache can write', () => {
    const printable = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'));
    const token = fc.stringMatching(/^[!-~]{1,20}$/);
    const fields = fc.record({
      client: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
      user: fc.oneof(fc.constant('-'), token, fc.constant('two words')),
      time: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
      zoneMinutes: fc.integer({ min: -12 * 60, max: 14 * 60 }),
      verb: fc.constantFrom('GET', 'POST', 'M-SEARCH', 'propfind'),
      path: fc.oneof(token, printable).map((text) => `/${text.replaceAll('?', '')}`),
      query: fc.option(token, { nil: '' }).map((text) => (text === '' ? '' : `?${text}`)),
      protocol: fc.constantFrom('HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0', 'HTTP/2'),
      status: fc.integer({ min: 100, max: 599 }),
      size: fc.option(fc.nat()),
      referer: printable.filter((text) => text !== '' && text !== '-'),
      agent: printable.filter((text) => text !== '' && text !== '-'),
    });
    fc.assert(
      fc.property(fields, (field) => {
        const request = escapeAsApache(`${field.verb} ${field.path}${field.query} ${field.protocol}`);
        const line =
          `${field.client} - ${escapeAsApache(field.user)} [${logTime(field.time, field.zoneMinutes)}] "${request}" ` +
          `${field.status} ${field.size ?? '-'} "${escapeAsApache(field.referer)}" "${escapeAsApache(field.agent)}"`;
        expect(valueOf(line)).toMatchObject({
          timestamp: Math.floor(field.time.getTime() / 1000) * 1000,
          client_ip: field.client,
          request_verb: field.verb,
          request_uri: field.path + field.query,
          request_path: field.path,
          response_status_code: field.status,
          response_size: field.size,
          referer: field.referer,
          useragent: field.agent,
        });
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['-', null, null, null],
    ['', null, null, null],
    [String.raw`\x16\x03\x01\x02\x00\x01`, null, null, null],
    [String.raw`\n`, null, null, null],
    ['quit', null, null, null],
    ['GET /', 'GET', '/', '/'],
    ['GET /old page.html', 'GET', '/old page.html', '/old page.html'],
    ['GET /a b c HTTP/1.1', 'GET', '/a b c', '/a b c'],
    ['GET HTTP/1.1', 'GET', null, null],
    ['OPTIONS * HTTP/1.0', 'OPTIONS', '*', '*'],
    ['CONNECT host:443 HTTP/1.1', 'CONNECT', 'host:443', 'host:443'],
    ['GET http://host/a?b HTTP/1.1', 'GET', 'http://host/a?b', '/a'],
    ['GET http://host?b HTTP/1.1', 'GET', 'http://host?b', '/'],
    [String.raw`GET /\"x\"\\ HTTP/1.1`, 'GET', '/"x"\\', '/"x"\\'],
    [String.raw`GET /\xc3\xa9\x22 HTTP/1.1`, 'GET', '/é"', '/é"'],
    [String.raw`GET /\xe9 HTTP/1.1`, 'GET', String.raw`/\xe9`, String.raw`/\xe9`],
    [String.raw`GET /a\x00b HTTP/1.1`, 'GET', String.raw`/a\x00b`, String.raw`/a\x00b`],
  ])('with the request "%s" is accepted', (request, verb, uri, requestPath) => {
    expect(valueOf(withRequest(request))).toMatchObject({
      request_verb: verb,
      request_uri: uri,
      request_path: requestPath,
      proxy_pathsuffix: requestPath,
      client_ip: '10.0.0.1',
      response_status_code: 400,
      response_size: null,
      useragent: null,
      ax_ua_agent_type: null,
    });
  });

  test('that the server truncated in the user agent is accepted with the rest of it', () => {
    const start = '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "curl/7';
    expect(valueOf(start)['useragent']).toBe('curl/7');
    expect(valueOf(`${start}\\`)['useragent']).toBe('curl/7');
  });

  const good = '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"';
  test.each([
    ['the common format', good.slice(0, -8), 65, /found the end of the line; expected " \\""/],
    ['no time', good.replace(/\[.*\]/, '-'), 13, /expected " \["/],
    ['no status', good.replace('200', '-'), 60, /found "-"; expected a status/],
    [
      'a long size',
      good.replace(' 1 ', ' 12345678901234567890 '),
      64,
      /found "12345678901234567890"; expected a whole number/,
    ],
    ['text after the user agent', `${good} x`, 73, /found " x"; expected the end of the line/],
    ['a bare quote in the request', withRequest('GET /" HTTP/1.1'), 51, /found "HTTP/],
    ['other text', 'hello', 6, /found the end of the line; expected " "/],
    [
      'a port after the address',
      `shop.example:443 ${good}`,
      1,
      /found "shop.example:443"; expected an IP address/,
    ],
    ['a list of addresses', `203.0.113.9, ${good}`, 1, /found "203.0.113.9,"; expected an IP address/],
    ['a list without commas', `203.0.113.9 ${good}`, 13, /found "10.0.0.1"; expected "-" or the identity/],
    ['a virtual host', `shop.example ${good}`, 14, /found "10.0.0.1"; expected "-" or the identity/],
    [
      'a word before the address',
      `web-1 - ${good}`,
      9,
      /found "10.0.0.1"; expected "-" or the name of a user/,
    ],
    ['a pipe before the address', `web-1| ${good}`, 1, /found "web-1\|"; expected an IP/],
    ['an epoch before the address', `1763805600.123 ${good}`, 1, /found "1763805600.123"/],
    [
      'a wrong address',
      good.replace('10.0.0.1', '10.0.0.256'),
      1,
      /found "10.0.0.256"; expected an IP address/,
    ],
    ['a wrong IPv6 address', good.replace('10.0.0.1', '2001:db8::g'), 1, /found "2001:db8::g"/],
    ['a wrong host name', good.replace('10.0.0.1', 'a..b'), 1, /found "a..b"/],
    ['two spaces', good.replace(' - ', '  - '), 10, /found/],
    ['a tab', good.replace(' "-"', '\t"-"'), 64, /found "1/],
    ['a space at the start', ` ${good}`, 1, /expected an IP address or a host name/],
    ['a space at the end', `${good} `, 73, /found " "; expected the end of the line/],
  ])('with %s is a fault at its column', (_name, line, column, problem) => {
    expect(parse(line)).toEqual({ column, problem: expect.stringMatching(problem) as string });
  });

  test.each([
    '31/Apr/2015:10:05:03 +0000',
    '29/Feb/2015:10:05:03 +0000',
    '17/Mai/2015:10:05:03 +0000',
    '17/May/2015:24:05:03 +0000',
    '17/May/2015:10:60:03 +0000',
    '17/May/2015:10:05:60 +0000',
    '31/Dec/2016:23:59:60 +0100',
    '17/May/2015:10:05:03',
    '2015-05-17T10:05:03Z',
  ])('with the time %s is a fault', (time) => {
    expect(parse(good.replace('17/May/2015:10:05:03 +0000', time))).toEqual({
      column: 15,
      problem: `found "${time}"; expected a time such as 17/May/2015:10:05:03 +0000`,
    });
  });

  test('of a hostile length is read quickly', () => {
    const startedAt = performance.now();
    for (const piece of [' [', '\\', ' "', '" "', '- ']) parse(`a - b ${piece.repeat(300_000)}`);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test.each([
    [{ kind: 'fixed', name: 'shop' }, 'GET /a/b HTTP/1.1', 'shop'],
    [{ kind: 'fixed', name: 'shop' }, '-', 'shop'],
    [{ kind: 'path', segment: 1 }, 'GET /a/b?c HTTP/1.1', 'a'],
    [{ kind: 'path', segment: 2 }, 'GET /a/b?c HTTP/1.1', 'b'],
    [{ kind: 'path', segment: 3 }, 'GET /a/b?c HTTP/1.1', null],
    [{ kind: 'path', segment: 1 }, 'GET / HTTP/1.1', null],
    [{ kind: 'path', segment: 1 }, 'GET //b HTTP/1.1', null],
    [{ kind: 'path', segment: 1 }, 'OPTIONS * HTTP/1.1', null],
    [{ kind: 'path', segment: 1 }, '-', null],
  ] as const)('%j names the proxy of "%s" %j', (proxy, request, name) => {
    expect(valueOf(withRequest(request), proxy)['apiproxy']).toBe(name);
  });
});

const repositoryRoot = path.join(import.meta.dirname, '../../../..');
const realLog = path.join(repositoryRoot, '../shared/data/apache_combined_2015.log.gz');
const hasRealLog = existsSync(realLog);
if (!hasRealLog) console.warn(`SKIPPED: "a real log of 10,000 requests", because ${realLog} is not there`);

describe.skipIf(!hasRealLog)('a real log of 10,000 requests', () => {
  test('is accepted completely, with the totals that shell tools count', async () => {
    const dataset = catalogue.get('api') as Dataset;
    const check = createFactChecker(dataset, { times: { earliestMs: 0, latestMs: Date.now() } });
    const stream = createReadStream(realLog).pipe(createGunzip());
    const facts = await collectRows(readFacts(stream, { format: 'combined', proxy: null }));
    const values = facts.flatMap((fact) => ('value' in fact ? [fact.value] : []));
    expect(facts.filter((fact) => 'fault' in fact)).toEqual([]);
    expect(
      facts.flatMap((fact) => ('value' in fact ? [check(fact)] : [])).filter((c) => 'faults' in c),
    ).toEqual([]);
    expect(values).toHaveLength(10_000);

    const count = (field: string) => countBy(values.map((value) => String(value[field])));
    const hours = values.map((value) => new Date(value['timestamp'] as number).toISOString().slice(8, 13));
    expect(count('response_status_code')).toEqual(shellCount(`awk '{print $9}'`));
    expect(count('request_verb')).toEqual(shellCount(`awk '{print $6}' | tr -d '"'`));
    expect(count('request_path')).toEqual(shellCount(`awk '{print $7}' | cut -d'?' -f1`));
    expect(count('client_ip')).toEqual(shellCount(`cut -d' ' -f1`));
    expect(count('response_size')).toEqual(shellCount(`awk '{print $10}' | sed 's/^-$/null/'`));
    expect(countBy(hours)).toEqual(shellCount(`awk '{print substr($4,2,2) "T" substr($4,14,2)}'`));
    expect(count('referer')).toEqual(shellCount(`cut -d'"' -f4 | sed 's/^-$/null/'`));
    expect(count('useragent')).toEqual(shellCount(`cut -d'"' -f6 | sed 's/^-$/null/'`));
  });
});

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Counts the lines that shell commands print for the log, independently of the parser. */
function shellCount(commands: string): Record<string, number> {
  const script = `gzip -dc "$0" | ${commands} | LC_ALL=C sort | LC_ALL=C uniq -c`;
  const output = execFileSync('sh', ['-c', script, realLog], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const rows = output.trimEnd().split('\n');
  return Object.fromEntries(rows.map((row) => [row.slice(8), Number(row.slice(0, 8))]));
}

function logTime(time: Date, zoneMinutes: number): string {
  const local = new Date(time.getTime() + zoneMinutes * 60_000);
  const [, day, month, year, clock] = /, (\d+) (\w+) (\d+) (\S+) GMT/.exec(local.toUTCString()) ?? [];
  const zone = Math.abs(zoneMinutes);
  const zoneText = String(Math.floor(zone / 60) * 100 + (zone % 60)).padStart(4, '0');
  return `${day}/${month}/${year}:${clock} ${zoneMinutes < 0 ? '-' : '+'}${zoneText}`;
}

/**
 * Apache escapes quote and backslash with a backslash, and writes control and non-ASCII bytes as
 * \xhh.
 */
function escapeAsApache(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') escaped += `\\${character}`;
    else if (character === '\n') escaped += String.raw`\n`;
    else if (character === '\t') escaped += String.raw`\t`;
    else if (byte < 0x20 || byte > 0x7e) escaped += String.raw`\x` + byte.toString(16).padStart(2, '0');
    else escaped += character;
  }
  return escaped;
}
