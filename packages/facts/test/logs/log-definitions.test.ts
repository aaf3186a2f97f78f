import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLogFormat } from '../../src/formats/read-facts.ts';
import { matchLine } from '../../src/formats/logs/match-line.ts';

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
console.log(`seed ${seed}; repeat with SEED=${seed}`);

/** A variable in quotes or without, with a value: its text before escaping, and the columns that it fills. */
interface Written {
  readonly variable: string;
  readonly text: string;
  readonly columns: object;
}

const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
const digits = (value: number, length = 2) => String(value).padStart(length, '0');
const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
function commonTime(date: Date): string {
  const clock = date.toISOString().slice(11, 19);
  return `${digits(date.getUTCDate())}/${monthNames[date.getUTCMonth()]}/${date.getUTCFullYear()}:${clock} +0000`;
}
const wholeSecond = (date: Date) => Math.floor(date.getTime() / 1000) * 1000;

/** Any text of a header except the ones that stand for none. */
const anyText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .filter((text) => text !== '-' && !text.includes('\0') && !text.includes('\n') && !text.includes('\r'));
const word = fc.stringMatching(/^\/[!#-[\]-~]{0,12}$/);
const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
const ms = fc.nat({ max: 10_000_000 });
const inSeconds = (value: number) => (value / 1000).toFixed(3);
const ipList = fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 });

function written<T>(
  variables: readonly string[],
  values: fc.Arbitrary<T>,
  write: (value: T) => string,
  columns: (value: T) => object,
): fc.Arbitrary<Written> {
  return fc.tuple(fc.constantFrom(...variables), values).map(([variable, value]) => ({
    variable,
    text: write(value),
    columns: columns(value),
  }));
}

const itself = (value: unknown) => String(value);
const orNone = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const dash = (value: string | number | null) => (value === null ? '-' : String(value));
const header = (variables: readonly string[], column: string) =>
  written(variables, orNone(anyText), dash, (value) => ({ [column]: value }));

const nginxTime = fc.oneof(
  written(['$time_local'], time, commonTime, (date) => ({ timestamp: wholeSecond(date) })),
  written(
    ['$time_iso8601', '${time_iso8601}'],
    time,
    (date) => date.toISOString().replace(/\.\d+Z$/, '+00:00'),
    (date) => ({ timestamp: wholeSecond(date) }),
  ),
  written(
    ['$msec'],
    time,
    (date) => (date.getTime() / 1000).toFixed(3),
    (date) => ({ timestamp: date.getTime() }),
  ),
);
/** Variables whose values have no spaces. */
const nginxUnquoted = [
  written(['$remote_addr', '${remote_addr}'], address, itself, (value) => ({ client_ip: value })),
  written(['$status'], fc.integer({ min: 100, max: 599 }), itself, (value) => ({
    response_status_code: value,
  })),
  written(['$body_bytes_sent', '$bytes_sent'], fc.nat(), itself, (value) => ({ response_size: value })),
  written(['$request_length'], fc.nat(), itself, (value) => ({ request_size: value })),
  written(['$request_time'], ms, inSeconds, (value) => ({ total_response_time: value })),
  written(
    ['$upstream_response_time'],
    fc.array(orNone(ms), { minLength: 1, maxLength: 3 }),
    (waits) => waits.map((wait) => (wait === null ? '-' : inSeconds(wait))).join(', '),
    (waits) => {
      const known = waits.filter((wait) => wait !== null);
      return { target_response_time: known.length === 0 ? null : known.reduce((sum, wait) => sum + wait, 0) };
    },
  ),
  written(
    ['$upstream_addr'],
    ipList,
    (list) => list.map((ip) => `${ip}:8080`).join(' : '),
    (list) => ({ target_ip: list.at(-1) }),
  ),
  written(['$host', '$server_name'], fc.domain(), itself, (value) => ({ virtual_host: value })),
  written(['$request_method'], fc.constantFrom('GET', 'POST'), itself, (value) => ({ request_verb: value })),
  written(['$connection', '$pid'], fc.nat(), itself, () => ({})),
];
const nginxQuoted = [
  header(['$http_referer'], 'referer'),
  header(['$http_user_agent'], 'useragent'),
  written(
    ['$request'],
    word,
    (uri) => `GET ${uri} HTTP/1.1`,
    (uri) => ({ request_verb: 'GET', request_uri: uri }),
  ),
  written(['$request_uri'], word, itself, (uri) => ({ request_uri: uri })),
  written(
    ['$http_x_forwarded_for'],
    ipList,
    (list) => list.join(', '),
    (list) => ({ x_forwarded_for_ip: list.join(', '), ax_resolved_client_ip: list[0] }),
  ),
];

const apacheTime = fc.oneof(
  written(
    ['%t'],
    time,
    (date) => `[${commonTime(date)}]`,
    (date) => ({ timestamp: wholeSecond(date) }),
  ),
  written(
    ['%{%Y-%m-%dT%H:%M:%S%z}t', '%{begin:%FT%T%z}t'],
    time,
    (date) => date.toISOString().replace(/\.\d+Z$/, '+0000'),
    (date) => ({ timestamp: wholeSecond(date) }),
  ),
  written(
    ['%{sec}t', '%{%s}t'],
    time,
    (date) => String(wholeSecond(date) / 1000),
    (date) => ({ timestamp: wholeSecond(date) }),
  ),
  written(
    ['%{msec}t'],
    time,
    (date) => String(date.getTime()),
    (date) => ({ timestamp: date.getTime() }),
  ),
  written(
    ['%{usec}t'],
    time,
    (date) => `${date.getTime()}123`,
    (date) => ({ timestamp: date.getTime() }),
  ),
);
const apacheUnquoted = [
  written(['%h', '%a'], address, itself, (value) => ({ client_ip: value })),
  written(['%>s', '%s', '%<s'], fc.integer({ min: 100, max: 599 }), itself, (value) => ({
    response_status_code: value,
  })),
  written(['%b', '%O'], orNone(fc.nat()), dash, (value) => ({ response_size: value })),
  written(['%I'], fc.nat(), itself, (value) => ({ request_size: value })),
  written(
    ['%D', '%{us}T'],
    ms,
    (value) => String(value * 1000 + 400),
    (value) => ({ total_response_time: value }),
  ),
  written(['%T', '%{s}T'], fc.nat({ max: 1000 }), itself, (value) => ({ total_response_time: value * 1000 })),
  written(['%{ms}T'], ms, itself, (value) => ({ total_response_time: value })),
  written(['%v', '%V'], fc.domain(), itself, (value) => ({ virtual_host: value })),
  written(['%U%q'], word, itself, (uri) => ({ request_uri: uri })),
  written(['%l', '%u', '%p', '%k', '%{c}a'], fc.constantFrom('-'), itself, () => ({})),
];
const apacheQuoted = [
  header(['%{Referer}i', '%{referer}i', '%!200,304{Referer}i'], 'referer'),
  header(['%{User-Agent}i', '%{User-agent}i'], 'useragent'),
  written(
    ['%r'],
    word,
    (uri) => `GET ${uri} HTTP/1.1`,
    (uri) => ({ request_verb: 'GET', request_uri: uri }),
  ),
  written(
    ['%{X-Forwarded-For}i'],
    ipList,
    (list) => list.join(', '),
    (list) => ({ x_forwarded_for_ip: list.join(', ') }),
  ),
];

interface Syntax {
  readonly time: fc.Arbitrary<Written>;
  readonly unquoted: readonly fc.Arbitrary<Written>[];
  readonly quoted: readonly fc.Arbitrary<Written>[];
  readonly quote: (text: string) => string;
}

/** Checks lines that a server with a random definition writes. */
function checkSyntax({ time, unquoted, quoted, quote }: Syntax, wrap: (definition: string) => string): void {
  const isQuoted = (piece: Written) => ({ ...piece, quoted: true });
  const isPlain = (piece: Written) => ({ ...piece, quoted: false });
  const line = fc.record({
    time: time.map(isPlain),
    plain: fc.tuple(...unquoted.map((piece) => piece.map(isPlain))),
    texts: fc.tuple(...quoted.map((piece) => piece.map(isQuoted))),
    order: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
    chosen: fc.integer({ min: 1, max: 8 }),
    separator: fc.constantFrom(' ', '\t', ' | '),
  });
  fc.assert(
    fc.property(line, ({ time, plain, texts, order, chosen, separator }) => {
      const status = plain[1];
      const pieces = [...plain, ...texts]
        .map((piece, index) => ({ piece, rank: order[index] ?? 0 }))
        .toSorted((a, b) => a.rank - b.rank)
        .slice(0, chosen)
        .map(({ piece }) => piece);
      const all = [
        time,
        ...(status === undefined ? [] : [status]),
        ...pieces.filter((piece) => piece !== status),
      ];
      const definition = all
        .map(({ variable, quoted }) => (quoted ? `"${variable}"` : variable))
        .join(separator);
      const text = all.map((piece) => (piece.quoted ? `"${quote(piece.text)}"` : piece.text)).join(separator);
      const match = matchLine(parseLogFormat(wrap(definition)), text);
      const expected: Record<string, unknown> = {};
      for (const { columns } of all)
        for (const [column, value] of Object.entries(columns)) expected[column] ??= value;
      expect(match?.entry).toMatchObject(expected);
    }),
    { seed, numRuns: 300 },
  );
}

function hexEscaped(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
        ? String.raw`\x` + byte.toString(16).toUpperCase().padStart(2, '0')
        : String.fromCharCode(byte),
    )
    .join('');
}

function apacheEscaped(text: string): string {
  return hexEscaped(text)
    .replaceAll(String.raw`\x22`, '\\"')
    .replaceAll(String.raw`\x5C`, '\\\\');
}

describe('--log-format reads any line that a server writes by the definition', () => {
  const nginx = { time: nginxTime, unquoted: nginxUnquoted, quoted: nginxQuoted };
  const apache = { time: apacheTime, unquoted: apacheUnquoted, quoted: apacheQuoted, quote: apacheEscaped };

  test("NGINX's log_format", () => {
    checkSyntax({ ...nginx, quote: hexEscaped }, (definition) => definition);
  });
  test("NGINX's statement with escape=json", () => {
    const quote = (text: string) => JSON.stringify(text).slice(1, -1);
    checkSyntax({ ...nginx, quote }, (definition) => `log_format main escape=json\n  '${definition}';`);
  });
  test("Apache's LogFormat", () => {
    checkSyntax(apache, (definition) => definition);
  });
  test("Apache's statement with escaped quotes", () => {
    checkSyntax(apache, (definition) => `LogFormat "${definition.replaceAll('"', '\\"')}" mine`);
  });
});

describe('--log-format', () => {
  const entryOf = (definition: string, line: string) => matchLine(parseLogFormat(definition), line)?.entry;

  test('reads the formats of the documentation of NGINX', () => {
    const statement = `log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';`;
    const line =
      '192.0.2.1 - frank [22/Nov/2026:10:02:11 +0100] "GET /a?b HTTP/2.0" 200 5 "-" "curl/8.5.0" "-"';
    expect(entryOf(statement, line)).toMatchObject({
      timestamp: Date.UTC(2026, 10, 22, 9, 2, 11),
      client_ip: '192.0.2.1',
      request_path: '/a',
      useragent: 'curl/8.5.0',
    });
    const json = `log_format json escape=json '{"time":"$msec","uri":"$uri$is_args$args","code":$status,"ua":"$http_user_agent"}'`;
    expect(entryOf(json, '{"time":"1795341731.250","uri":"/a?b=\\"c\\"","code":200,"ua":""}')).toEqual({
      timestamp: 1_795_341_731_250,
      request_uri: '/a?b="c"',
      request_path: '/a',
      response_status_code: 200,
      useragent: null,
    });
    const plain = 'log_format raw escape=none $time_iso8601|"$http_user_agent"|$status';
    expect(() => parseLogFormat(plain)).toThrow('expected text in quotes');
    expect(
      entryOf(
        `log_format raw escape=none '$time_iso8601|"$http_user_agent"|$status'`,
        '2026-11-22T10:02:11+00:00|"a "quoted" \\ agent"|200',
      ),
    ).toMatchObject({ useragent: 'a "quoted" \\ agent', response_status_code: 200 });
    const labelled = String.raw`time:$time_iso8601\tstatus:$status\tua:$http_user_agent`;
    expect(entryOf(labelled, 'time:2026-11-22T10:02:11+00:00\tstatus:200\tua:two words')).toMatchObject({
      useragent: 'two words',
    });
  });

  test('reads the formats of the documentation of Apache', () => {
    const vhost = String.raw`LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost_combined`;
    const line =
      'shop.example:443 192.0.2.1 - "" [22/Nov/2026:10:02:11 +0000] "GET / HTTP/1.1" 200 5 "-" "-"';
    expect(entryOf(vhost, line)).toMatchObject({ virtual_host: 'shop.example', client_ip: '192.0.2.1' });
    expect(
      entryOf(
        '%t 100%% "%m %U%q %H" %>s %D',
        '[22/Nov/2026:10:02:11 +0000] 100% "GET /a?b HTTP/1.1" 200 1499',
      ),
    ).toEqual({
      timestamp: Date.UTC(2026, 10, 22, 10, 2, 11),
      request_verb: 'GET',
      request_uri: '/a?b',
      request_path: '/a',
      response_status_code: 200,
      total_response_time: 1,
    });
    const forwarded = '%{X-Forwarded-For}i %t %>s';
    expect(entryOf(forwarded, '203.0.113.9, 10.0.0.1 [22/Nov/2026:10:02:11 +0000] 200')).toMatchObject({
      x_forwarded_for_ip: '203.0.113.9, 10.0.0.1',
    });
    expect(entryOf('%{%d/%b/%Y %T %z}t %>s', '05/Nov/2026 10:02:11 +0100 200')).toMatchObject({
      timestamp: Date.UTC(2026, 10, 5, 9, 2, 11),
    });
  });

  test.each([
    ['$remote_addr $status', /^found no time; expected one of \$time_local/],
    ['%h %>s', /^found no time/],
    ['', /^found no time/],
    ['$time_local', /^found only a time/],
    [
      '$time_local $status$request_time',
      /^found \$status and \$request_time with nothing between them; expected a separator/,
    ],
    ['%t%>s', undefined],
    ['%t %>s%b', /^found %>s and %b with nothing between them/],
    ['%t %>s %Z', /^%Z: unknown directive of LogFormat/],
    ['%t %>s %-x', /^%-x: unknown directive/],
    [
      '%{%Y-%m-%d}t %>s',
      /^%\{%Y-%m-%d\}t: not a whole time; expected year, month, day, hour, minute and zone/,
    ],
    ['%{%Y-%m-%d %H:%M:%S}t %>s', /not a whole time/],
    ['%{%T %T%F%z}t %>s', /not a whole time/],
    ['%{%c}t %>s', /found %c; expected parts of a time/],
    ['%{days}t %>s', /found "days"; expected one of sec, msec, usec/],
    ['%t %{h}T', /found "h"; expected one of s, ms, us/],
    ['log_format x escape=xml "$msec $status"', /^found escape=xml; expected default, json or none/],
    [`log_format x '$msec $status`, /expected text in quotes/],
  ])('refuses or accepts %s', (definition, message) => {
    if (message === undefined) expect(parseLogFormat(definition).columns.size).toBe(2);
    else expect(() => parseLogFormat(definition)).toThrow(message);
  });

  test('names variables that fill no column', () => {
    expect(parseLogFormat('$time_local $status $ssl_protocol ${pid}').skippedVariables).toEqual([
      '$ssl_protocol',
      '$pid',
    ]);
    expect(parseLogFormat('%t %>s %{X-Tenant}i').skippedVariables).toEqual(['%{X-Tenant}i']);
  });

  test('refuses lines in which a text without quotes could end at two places', () => {
    const definition = '$time_iso8601 $http_referer $http_user_agent';
    expect(entryOf(definition, '2026-11-22T10:02:11Z a b')).toMatchObject({ referer: 'a', useragent: 'b' });
    expect(entryOf(definition, '2026-11-22T10:02:11Z a b c')).toBeUndefined();
  });
});
