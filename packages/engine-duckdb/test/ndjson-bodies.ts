import * as fc from 'fast-check';
import type { FactColumn } from '@hourglass/facts';

/** JSON values that fit a type, and values that nearly do. */
const values: Readonly<Record<FactColumn['type'], { good: readonly string[]; odd: readonly string[] }>> = {
  text: {
    good: [
      '"a"',
      '""',
      '"null"',
      '"12"',
      '"true"',
      '"é😀"',
      String.raw`"\u00e9\n\"\\\/"`,
      String.raw`"\ud83d\ude00"`,
    ],
    odd: [
      '12',
      'true',
      '["a"]',
      '{"a":1}',
      String.raw`"\u0000"`,
      String.raw`"\ud800"`,
      String.raw`"\udc00\ud800"`,
      String.raw`"\x"`,
      '"a\tb"',
      '"a\0b"',
      '"a\u0001b"',
      '"open',
      `"${'x'.repeat(32_760)}"`,
      `"${'é'.repeat(16_390)}"`,
    ],
  },
  integer: {
    good: ['0', '7', '-12', '999999999999999', '-999999999999999'],
    odd: [
      '-0',
      '1.0',
      '1.5',
      '1e3',
      '1E-7',
      '01',
      '+1',
      '9007199254740991',
      '9007199254740993',
      '99999999999999999999',
      '"5"',
      'true',
      'NaN',
      'Infinity',
      '-',
      '1.',
    ],
  },
  decimal: {
    good: [
      '0',
      '1.5',
      '-0.000001',
      '123456789.123456',
      '1234567890123.12',
      '999999999999999',
      '1.500000',
      '100.0',
      '"12.50"',
      '"-0.000001"',
      '"123456789012.123456"',
      '"007"',
    ],
    odd: [
      '-0.0',
      '0.0000001',
      '1e-6',
      '1e5',
      '12345678901.123456',
      '123456789012345678',
      '0.1234567890123456789',
      '1e18',
      '"1.5x"',
      '"1e3"',
      '"1.1234567"',
      '"1234567890123456789"',
      '"123456789012345678.123456"',
      '" 1"',
      '""',
      String.raw`"\u0031"`,
      '.5',
      '1.0000000',
    ],
  },
  float: {
    good: ['0', '0.5', '-2.25', '12345.0123456789', '999999999999999', '1.50'],
    odd: [
      '-0.0',
      '-0',
      '0.30000000000000004',
      '1e99',
      '1e100',
      '1e400',
      '2.5e-7',
      '12345678901234567',
      '"1"',
      'null1',
      'nan',
    ],
  },
  boolean: { good: ['true', 'false'], odd: ['1', '0', '"true"', 'True', 'tru'] },
  timestamp: {
    good: [
      '"2026-11-22T10:00:00Z"',
      '"2026-11-22T10:00:00.9996Z"',
      '"2026-11-22"',
      '"2026-11-22 10:00:00"',
      '"2024-02-29T23:59:59.999999+00:00"',
      '1795341600123',
      '820454400000',
    ],
    odd: [
      '"2026-11-22T10:00:00+02:00"',
      '"2026-11-22T10:00Z"',
      '"2026-11-22T10:00:00.123456789Z"',
      '"2026-11-22t10:00:00z"',
      '"2026-11-22T24:00:00Z"',
      '"2026-11-22T23:59:60Z"',
      '"2016-12-31t23:59:60z"',
      '"2016-12-31T23:59:60.000Z"',
      '"2016-12-31 23:59:60.5"',
      '"2016-12-31T15:59:60-08:00"',
      '"2016-12-31T10:59:60Z"',
      '"2026-02-29T00:00:00Z"',
      '"2026-13-01"',
      '"0099-01-01T00:00:00Z"',
      '"1989-12-31T23:59:59Z"',
      '"2026-11-23T12:00:00.001Z"',
      '"2099-01-01"',
      '"infinity"',
      '"epoch"',
      '"2026-11-22T10:00:00,5Z"',
      '1795341600',
      '1795341600123.0',
      '1795341600123456',
      '-1',
      '"1795341600123"',
      'true',
      '[]',
    ],
  },
};

/** Times in every form, some of which do not exist. */
const anyTime = fc
  .tuple(
    fc.constantFrom('2024-02-29', '2026-02-29', '2016-12-31', '1990-01-01', '2026-11-22', '2026-04-31'),
    fc.constantFrom('T', 'T', 't', ' '),
    fc.constantFrom('00:00', '23:59', '09:05', '24:00'),
    fc.constantFrom(':00', ':59', ':60', ''),
    fc.constantFrom('', '', '.5', '.123', '.999999', '.1234567', ',25', '.'),
    fc.constantFrom('Z', 'z', '', '+00:00', '-00:00', '+02:00', '+0200', '-08'),
  )
  .map((parts) => `"${parts.join('')}"`);

const strangeFields = [
  '"unknown":1',
  '"unknown":"x"',
  '"unknown":null',
  '"unknown":[1]',
  '"unknown":{"a":{}}',
  '"unknown":1e999',
  '"unknown":12345678901234567890',
  '"no\\"body":1',
  '"APIPROXY":"a"',
  '"environment":"prod"',
  '"tps":null',
  '"__proto__":1',
  '"":1',
  '"api\\u0070roxy":"b"',
  'apiproxy:"a"',
];

/** Lines that are invalid, or rare but valid. */
const strangeLines = [
  '',
  '  ',
  '\t\r',
  '{}',
  'null',
  '[]',
  '3',
  '"x"',
  '#',
  '{"timestamp":"2026-11-22T10:00:00Z",}',
  '{"timestamp":"2026-11-22T10:00:00Z"} x',
  '{"timestamp":"2026-11-22T10:00:00Z"}\f',
  '{"timestamp":"2026-11-22T10:00:00Z"}{"timestamp":"2026-11-22T10:00:00Z"}',
  '{"timestamp":"2026-11-22T10:00:00Z"}\r{"timestamp":"2026-11-22T10:00:00Z"}',
  '{"timestamp":"2026-11-22T10:00:00Z"',
  '{"timestamp":"2026-11-22T10:00:00Z" "apiproxy":"a"}',
  '{,"timestamp":"2026-11-22T10:00:00Z"}',
  '/* */{"timestamp":"2026-11-22T10:00:00Z"}',
  '\u0001{"timestamp":"2026-11-22T10:00:00Z"}',
  '{"timestamp":"2026-11-22T10:00:00Z"}\0',
  '{"timestamp":"2026-11-22T10:00:00Z","timestamp":"2026-11-22T11:00:00Z"}',
  '{"timestamp":"2026-11-22T10:00:00Z","apiproxy":"a","apiproxy":"b"}',
  '{"timestamp":"2026-11-22T10:00:00Z","apiproxy":null,"apiproxy":"b"}',
  '{"timestamp":"2026-11-22T10:00:00Z","apiproxy":"a","fees":null,"fees":null}',
  '{"timestamp":"2026-11-22T10:00:00Z","fees" : null , "apiproxy":"a","fees"\t:null}',
  '{"fees":null,"fees":null,"timestamp":"2026-11-22T10:00:00Z"}',
  '{"timestamp":"2026-11-22T10:00:00Z","timestamp":"2026-11-22T10:00:00Z"}',
  '{"timestamp":"2026-11-22T10:00:00Z","unknown":1,"unknown":2}',
  '{"unknown":1,"timestamp":"2026-11-22T10:00:00Z","unknown":null}',
  '{"timestamp":"2026-11-22T10:00:00Z","unknown":"unknown","other":"unknown"}',
  String.raw`{"timestamp":"2026-11-22T10:00:00Z","unknown":"a","apiproxy":"\"unknown\":1"}`,
];

/** Lines with one property that is invalid, or valid but rare, for each type of column. */
export function oddLines(columns: readonly FactColumn[]): readonly string[] {
  return [
    ...strangeLines,
    ...strangeFields.map((field) => `{"timestamp":1795341600123,${field}}`),
    ...[...values.timestamp.odd, 'null'].map((time) => `{"timestamp":${time}}`),
    ...Object.entries(values).flatMap(([type, { odd }]) => {
      const name = columns.find((column) => column.type === type)?.name;
      return odd.map((value) => `{"timestamp":1795341600123,"${name}":${value}}`);
    }),
  ];
}

/** Bodies of up to nine lines. About half of them have no odd line. */
export function bodies(columns: readonly FactColumn[]): fc.Arbitrary<Buffer> {
  const member = fc
    .constantFrom(...columns)
    .chain(({ name, type }) =>
      fc.constantFrom(...values[type].good, 'null').map((value) => ({ name, value })),
    );
  const good = fc
    .record({
      time: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values.timestamp.good) }, anyTime),
      members: fc.uniqueArray(member, { maxLength: 8, selector: ({ name }) => name }),
      colon: fc.constantFrom(':', ': ', ' :\t'),
      comma: fc.constantFrom(',', ', ', ' , '),
    })
    .map(({ time, members, colon, comma }) => {
      const fields = [{ name: 'timestamp', value: time }, ...members];
      return `{${fields.map(({ name, value }) => `"${name}"${colon}${value}`).join(comma)}}`;
    });
  const odd = fc.constantFrom(...oddLines(columns));
  const lines = fc.oneof(
    fc.array(good, { minLength: 1, maxLength: 8 }),
    fc
      .tuple(fc.array(good, { maxLength: 4 }), odd, fc.array(good, { maxLength: 4 }))
      .map(([before, one, after]) => [...before, one, ...after]),
  );
  const text = fc
    .record({
      lines,
      end: fc.constantFrom('\n', '\n', '\r\n'),
      isEnded: fc.boolean(),
      mark: fc.constantFrom('', '', '', '\ufeff'),
    })
    .map((body) => Buffer.from(body.mark + body.lines.join(body.end) + (body.isEnded ? body.end : '')));
  // Bytes that are not UTF-8, and misplaced bytes.
  const strayByte = fc.constantFrom(0xff, 0xc0, 0x22, 0x5c, 0x0a, 0x0d, 0x00, 0x01);
  const spoiled = fc.tuple(text, fc.nat(), strayByte).map(([body, at, byte]) => {
    const copy = Buffer.from(body);
    if (copy.length > 0) copy[at % copy.length] = byte;
    return copy;
  });
  return fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: spoiled });
}
