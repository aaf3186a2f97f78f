import { describe, expect, test } from 'vitest';
import type { RawFact, UnfinishedLine } from '../../src/formats/raw-fact.ts';
import { parseLogFormat, readFacts, type ReadLogOptions } from '../../src/formats/read-facts.ts';
import { collectRows, inChunks } from '../chunked.ts';

interface Reading {
  readonly facts: RawFact[];
  readonly format: string | null;
  readonly unfinished: UnfinishedLine[];
}

async function read(text: string, format: ReadLogOptions['format'] = 'auto'): Promise<Reading> {
  let chosen: string | null = null;
  const unfinished: UnfinishedLine[] = [];
  const facts = await collectRows(
    readFacts(
      inChunks(text),
      { format, proxy: null },
      {
        onFormat: (name) => (chosen = name),
        onUnfinished: (line) => unfinished.push(line),
      },
    ),
  );
  return { facts, format: chosen, unfinished };
}

async function valueOf(text: string, format?: ReadLogOptions['format']) {
  const { facts } = await read(`${text}\n`, format);
  const [fact] = facts;
  if (fact === undefined || 'fault' in fact) throw new Error(fact?.fault ?? 'no fact');
  return fact.value;
}

async function faultsOf(text: string, format?: ReadLogOptions['format']) {
  return (await read(text, format)).facts.flatMap((fact) => ('fault' in fact ? [fact] : []));
}

const agent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0';
const common = '192.0.2.10 - - [22/Nov/2026:10:02:11 +0000] "GET /shop/cart?x=1 HTTP/1.1" 200 5120';
const combined = `${common} "https://example.com/a" "${agent}"`;
const call = {
  timestamp: Date.UTC(2026, 10, 22, 10, 2, 11),
  client_ip: '192.0.2.10',
  request_verb: 'GET',
  request_path: '/shop/cart',
  response_status_code: 200,
  response_size: 5120,
};
const headers = { referer: 'https://example.com/a', useragent: agent };

describe('--format auto', () => {
  test.each([
    ['combined', combined, headers],
    ['common', common, {}],
    ['vhost_combined', `shop.example:443 ${combined}`, { ...headers, virtual_host: 'shop.example' }],
    [
      'nginx_main',
      `${combined} "203.0.113.9, 198.51.100.2"`,
      { ...headers, x_forwarded_for_ip: '203.0.113.9, 198.51.100.2', ax_resolved_client_ip: '203.0.113.9' },
    ],
    ['nginx_main', `${combined} "-"`, { ...headers, x_forwarded_for_ip: null }],
    ['nginx_timed', `${combined} 0.123`, { ...headers, total_response_time: 123 }],
    [
      'nginx_timed',
      `${combined} 0.123 0.120`,
      { ...headers, total_response_time: 123, target_response_time: 120 },
    ],
    ['nginx_timed', `${combined} 0.123 -`, { total_response_time: 123, target_response_time: null }],
    [
      'nginx_timed',
      `${combined} "-" 0.700 0.100, 0.200 : 0.300`,
      { x_forwarded_for_ip: null, total_response_time: 700, target_response_time: 600 },
    ],
    ['nginx_timed', `${combined} 0.300 -, 0.200`, { target_response_time: 200 }],
    ['nginx_timed', `${combined} "0.300" "0.200"`, { total_response_time: 300, target_response_time: 200 }],
    ['nginx_timed', `${combined} 0.200 0.300`, { total_response_time: 300, target_response_time: 200 }],
    [
      'nginx_timed',
      `${combined} rt=0.300 uct="0.001" uht="0.100" urt="0.200"`,
      { total_response_time: 300, target_response_time: 200 },
    ],
    [
      'nginx_ingress',
      `${combined} 417 0.013 [default-shop-80] [] 10.1.0.7:8080 5120 0.012 200 7f3a9c`,
      {
        ...headers,
        request_size: 417,
        total_response_time: 13,
        target_response_time: 12,
        target_ip: '10.1.0.7',
        target_response_code: 200,
        gateway_flow_id: '7f3a9c',
      },
    ],
    [
      'nginx_json',
      JSON.stringify({
        time_iso8601: '2026-11-22T11:02:11+01:00',
        remote_addr: '192.0.2.10',
        request: 'GET /shop/cart?x=1 HTTP/1.1',
        status: '200',
        body_bytes_sent: '5120',
        request_time: '0.123',
        upstream_response_time: '',
        http_user_agent: agent,
        ssl_protocol: 'TLSv1.3',
      }),
      { useragent: agent, total_response_time: 123, target_response_time: null },
    ],
    [
      'nginx_json',
      '{"time":1795341731,"client_ip":"192.0.2.10","method":"GET","path":"/shop/cart?x=1","status":200,"bytes":5120,"host":"shop.example"}',
      { virtual_host: 'shop.example', request_uri: '/shop/cart?x=1' },
    ],
  ])('recognises %s: %s', async (name, line, more) => {
    const { facts, format } = await read(`${line}\n`);
    expect(format).toBe(name);
    expect(facts).toEqual([
      { line: 1, value: expect.objectContaining({ ...call, ...more }) as Record<string, unknown> },
    ]);
    expect(await valueOf(line, name as ReadLogOptions['format'])).toMatchObject(call);
  });

  test('takes the format of most of the first lines; any other line is a fault that names its format', async () => {
    const { facts, format } = await read(
      `${combined}\nshop.example:443 ${combined}\n${combined}\n\n${common}\n`,
    );
    expect(format).toBe('combined');
    expect(facts.filter((fact) => 'value' in fact)).toHaveLength(2);
    expect(facts.filter((fact) => 'fault' in fact)).toEqual([
      {
        line: 2,
        fault:
          'column 1: found "shop.example:443"; expected an IP address or a host name. This looks like vhost_combined',
      },
      { line: 5, fault: expect.stringMatching(/^column 83: .* This looks like common$/) as string },
    ]);
  });

  test('reads no whole number as the seconds of NGINX, which have three decimals', async () => {
    expect(await faultsOf(`${combined} 1\n${combined} 2 1\n`)).toHaveLength(1);
  });

  test('does not read facts as a log, which would lose their other fields', async () => {
    for (const field of ['"apiproxy":"a"', '"dc_plan":"b"']) {
      const [fault] = await faultsOf(`{"timestamp":"2026-11-22T10:02:11Z","status":200,${field}}\n`);
      expect(fault?.fault).toMatch(/a field of facts; expected .* --format ndjson/);
    }
  });

  test('names the nearest format if it knows none, once for the file', async () => {
    const faults = await faultsOf(`${combined} 1234\n`.repeat(500));
    expect(faults).toHaveLength(1);
    expect(faults[0]?.fault).toMatch(
      /^no known format; as \w+, column \d+: .* use --log-format with its definition\. The first 100 lines/,
    );
    expect(faults[0]?.endsReading).toBe(true);
  });

  test.each([
    ['203.0.113.9, 198.51.100.2', '%{X-Forwarded-For}i %l %u'],
    ['shop.example 192.0.2.10', '%v %h %l %u'],
  ])('names the definition of lines that begin with %s', async (start, definition) => {
    const line = combined.replace('192.0.2.10', start);
    const [fault] = await faultsOf(`${line}\n`);
    expect(fault?.fault).toContain(`use --log-format '${definition}`);
    const named = /--log-format '([^']+)'/.exec(fault?.fault ?? '')?.[1] ?? '';
    expect(await valueOf(line, parseLogFormat(named))).toMatchObject({
      ...headers,
      response_status_code: 200,
    });
  });
});

describe('a JSON log', () => {
  const line = {
    time_iso8601: '2026-11-22T10:02:11Z',
    remote_addr: '192.0.2.1',
    request_uri: '/a"b\\c',
    http_user_agent: 'say "hi"\nthere',
    http_referer: '"',
    http_x_forwarded_for: '"',
  };

  test('may have quotes and line ends in every text', async () => {
    expect(await valueOf(JSON.stringify(line))).toMatchObject({
      request_uri: '/a"b\\c',
      useragent: 'say "hi"\nthere',
      referer: '"',
      x_forwarded_for_ip: '"',
    });
  });

  test('with a repeated name is refused with the name, also behind a prefix and within Docker’s line', async () => {
    const twice = JSON.stringify(line).replace('{', '{"remote_addr":"192.0.2.2",');
    const expected = 'remote_addr: given more than once; expected once';
    for (const text of [twice, `2026-11-22T10:02:11Z stdout F ${twice}`]) {
      expect(await faultsOf(`${text}\n`)).toMatchObject([
        { fault: expect.stringContaining(expected) as string },
      ]);
    }
    const docker = `{"log":"x\\n","log":${JSON.stringify(`${combined}\n`)},"stream":"stdout"}`;
    expect(await faultsOf(`${docker}\n`)).toMatchObject([
      { fault: expect.stringContaining('log: given more than once') as string },
    ]);
  });

  test('shows invisible characters of a bad value by code point, as other logs do', async () => {
    const hidden = JSON.stringify({ ...line, remote_addr: '192.0.2.1\u200b' });
    for (const text of [hidden, combined.replace('192.0.2.10', '192.0.2.10\u200b')]) {
      expect(await faultsOf(`${text}\n`)).toMatchObject([
        { fault: expect.stringContaining('<U+200B zero width space>') as string },
      ]);
    }
  });
});

describe('a wrong --format', () => {
  test.each([
    ['combined', `shop.example:443 ${combined}`, 'vhost_combined'],
    ['combined', common, 'common'],
    ['combined', `${combined} "-"`, 'nginx_main'],
    ['common', combined, 'combined'],
    ['vhost_combined', combined, 'combined'],
    ['nginx_json', combined, 'combined'],
    ['combined', '{"time_local":"22/Nov/2026:10:02:11 +0000","status":200}', 'nginx_json'],
  ] as const)('%s is reported once for a file in another: %s', async (format, line, other) => {
    for (const count of [1, 3, 1000]) {
      const faults = await faultsOf(`${line}\n`.repeat(count), format);
      expect(faults).toHaveLength(1);
      expect(faults[0]).toMatchObject({ line: 1, endsReading: true });
      expect(faults[0]?.fault).toContain(`This looks like ${other}; use --format ${other}`);
    }
  });

  test('ndjson is reported once for an access log', async () => {
    const facts = await collectRows(readFacts(inChunks(`${combined}\n`.repeat(300)), { format: 'ndjson' }));
    expect(facts).toEqual([
      {
        line: 1,
        fault: expect.stringMatching(/^not JSON: .* use --format combined\. The first 100 lines/) as string,
        endsReading: true,
      },
    ]);
  });

  test('is not assumed after a line that fits', async () => {
    const faults = await faultsOf(`nonsense\n${combined}\n${'nonsense\n'.repeat(200)}`, 'combined');
    expect(faults).toHaveLength(201);
  });
});

describe('the prefix of a system that carried the line', () => {
  test.each([
    ['RFC 3164', '<190>Nov 22 10:02:11 web-1 nginx: '],
    ['a syslog file', 'Nov  2 10:02:11 web-1 nginx[812]: '],
    ['a syslog file with ISO time', '2026-11-22T10:02:11.123456+00:00 web-1 apache2: '],
    ['RFC 5424', '<165>1 2026-11-22T10:02:11.003Z web-1 nginx 812 - - '],
    ['RFC 5424 with data', '<165>1 2026-11-22T10:02:11Z web-1 nginx - access [meta a="1" b="x\\"\\]y"] '],
    ['CRI', '2026-11-22T10:02:11.123456789Z stdout F '],
    ['docker compose', 'web-1  | '],
    ['docker logs --timestamps', '2026-11-22T10:02:11.123456789Z '],
    ['kubectl logs --prefix', '[pod/web-7f/nginx] '],
  ])('of %s is removed', async (_name, prefix) => {
    for (const line of [combined, common, `shop.example:80 ${combined}`]) {
      expect(await valueOf(prefix + line)).toEqual(await valueOf(line));
    }
  });

  test('of Docker’s json-file is removed', async () => {
    const docker = JSON.stringify({ log: `${combined}\n`, stream: 'stdout', time: '2026-11-22T10:02:11.1Z' });
    expect(await valueOf(docker)).toEqual(await valueOf(combined));
    expect((await read(docker)).facts).toHaveLength(1);
  });

  test.each([
    ['half of one', `Nov 22 web-1 nginx: ${combined}`],
    ['a part of a CRI line', `2026-11-22T10:02:11.123456789Z stdout P ${combined}`],
    [
      'a part of a Docker line',
      JSON.stringify({ log: combined, stream: 'stdout', time: '2026-11-22T10:02:11Z' }),
    ],
    ['a time without a zone', `2026-11-22 10:02:11 ${combined}`],
    ['a word', `web-1 ${combined}`],
    ['a level', `INFO ${combined}`],
    ['a time in brackets', `[2026-11-22T10:02:11Z] ${combined}`],
    ['two prefixes', `web-1 | Nov 22 10:02:11 web-1 nginx: ${combined}`],
  ])('is refused if it is %s', async (_name, line) => {
    expect(await faultsOf(`${line}\n`)).toHaveLength(1);
    expect(await faultsOf(`${line}\n`, 'combined')).toHaveLength(1);
  });

  test('counts in the column of a fault', async () => {
    const line = `web-1  | ${combined.replace(' 200 ', ' OK ')}`;
    const [fault] = await faultsOf(`${line}\n`, 'combined');
    expect(fault?.fault).toMatch(
      new RegExp(`^column ${line.indexOf('OK') + 1}: found "OK"; expected a status`),
    );
  });
});

describe('a last line without an end', () => {
  test.each([
    ['an open quote', combined.slice(0, -5)],
    ['half of the time', combined.slice(0, 35)],
    ['only the size', combined.slice(0, 84)],
    ['an escaped closing quote', `${combined.slice(0, -1)}\\"`],
  ])('is left out with %s', async (_name, half) => {
    const { facts, unfinished } = await read(`${combined}\n${half}`, 'combined');
    expect(facts).toHaveLength(1);
    expect(unfinished).toEqual([{ line: 2, reason: expect.any(String) as string }]);
    expect(await read(half, 'combined')).toMatchObject({ facts: [], unfinished: [{ line: 1 }] });
  });

  test('is left out if its last value may go on', async () => {
    expect(await read(`${common}\n${common}`)).toMatchObject({
      facts: [{ line: 1 }],
      unfinished: [{ line: 2 }],
    });
    expect(await read(`${combined} 0.123\n${combined} 0.123`)).toMatchObject({ unfinished: [{ line: 2 }] });
  });

  test('is read if its format proves that it is whole', async () => {
    expect(await read(`${combined}\n${combined}`)).toMatchObject({
      facts: [{}, { line: 2 }],
      unfinished: [],
    });
    expect(await read('{"time":1795341731,"status":200}')).toMatchObject({
      facts: [{ line: 1 }],
      unfinished: [],
    });
  });

  test('of NDJSON is read if it is JSON, and left out if not', async () => {
    const unfinished: UnfinishedLine[] = [];
    const readNdjson = (text: string) =>
      collectRows(
        readFacts(inChunks(text), { format: 'ndjson' }, { onUnfinished: (line) => unfinished.push(line) }),
      );
    expect(await readNdjson('{"a":1}\n{"a":2}')).toHaveLength(2);
    expect(unfinished).toEqual([]);
    expect(await readNdjson('{"a":1}\n{"a":2')).toHaveLength(1);
    expect(unfinished).toEqual([{ line: 2, reason: expect.stringContaining('not JSON') as string }]);
  });

  test('with an end is read although the server cut its last text off', async () => {
    expect(await valueOf(`${common} "-" "Mozil`, 'combined')).toMatchObject({ useragent: 'Mozil' });
  });
});
