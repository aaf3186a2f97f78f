import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { microsecondText, readIsoTime } from '../src/index.ts';

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
console.log(`seed ${seed}; repeat with SEED=${seed}`);

const instant = (text: string) => {
  const time = readIsoTime(text);
  return time === null ? null : new Date(time.ms).toISOString();
};

describe('a time', () => {
  test.each([
    ['2026-11-22T10:00:00.123Z', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22t10:00:00.123z', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22t10:00:00+02:00', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22T10:00:00-0530', '2026-11-22T15:30:00.000Z'],
    ['2026-11-22T10:00:00+02', '2026-11-22T08:00:00.000Z'],
    ['2026-11-22 10:00', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00,1239999', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.5z', '2017-01-01T00:00:00.500Z'],
    ['2016-12-31t15:59:60-08:00', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01T05:29:60+05:30', '2017-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['0099-03-01', '0099-03-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    expect(instant(text)).toBe(expected);
  });

  test.each([
    '2026-02-29',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:00:60Z',
    '2016-12-31T23:59:60+01:00',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '2026-01-01T00:00:00 UTC',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00Z\n',
    ' 2026-01-01',
    '2026-01-01Z',
    '2026-1-1',
    '0000-12-31T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:60Z',
    '9999-12-31T23:59:59-01:00',
    '+012026-01-01T00:00:00Z',
    '1767225600000',
    'yesterday',
    '',
  ])('is not %j', (text) => {
    expect(readIsoTime(text)).toBeNull();
  });

  test('is read like by Date, in any of its forms', () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
    const form = fc.record({
      year: fc.integer({ min: 1, max: 9999 }).map((value) => String(value).padStart(4, '0')),
      month: two(13),
      day: two(32),
      separator: fc.constantFrom('T', 't', ' '),
      hour: two(24),
      minute: two(60),
      second: fc.option(fc.tuple(two(59), fc.stringMatching(/^\d{0,9}$/)), { nil: null }),
      zone: fc.constantFrom('', 'Z', 'z', '+00:00', '-00:00', '+13:45', '-0930', '+01'),
    });
    fc.assert(
      fc.property(form, ({ year, month, day, separator, hour, minute, second, zone }) => {
        const [seconds = '', fraction = ''] = second ?? [];
        const clock = `${hour}:${minute}${second === null ? '' : `:${seconds}`}${fraction && `.${fraction}`}`;
        const normal = zone.replace(
          /^(.\d\d)(\d\d)?$/,
          (_, hours: string, minutes = '00') => `${hours}:${minutes}`,
        );
        const date = new Date(`${year}-${month}-${day}`);
        // `Date` reads 24:00, and moves days that do not exist.
        const exists = hour !== '24' && date.getUTCDate() === Number(day);
        const ms = Date.parse(`${year}-${month}-${day}T${clock}${normal.toUpperCase() || 'Z'}`);
        const isInYears = ms >= Date.parse('0001-01-01') && ms < Date.UTC(10_000, 0);
        const expected = exists && isInYears ? ms : null;
        expect(readIsoTime(`${year}-${month}-${day}${separator}${clock}${zone}`)?.ms ?? null).toBe(expected);
      }),
      { seed, numRuns: 3_000 },
    );
  });

  test('is written with microseconds', () => {
    const texts = ['2026-11-22T10:00:00.1234567+02:00', '2016-12-31t23:59:60z', '2026-11-22'].map((text) => {
      const time = readIsoTime(text);
      return time === null ? null : microsecondText(time);
    });
    expect(texts).toEqual([
      '2026-11-22T08:00:00.123456',
      '2017-01-01T00:00:00.000000',
      '2026-11-22T00:00:00.000000',
    ]);
  });
});
