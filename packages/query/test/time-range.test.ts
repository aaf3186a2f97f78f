import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue, planQuery, type QueryRequest } from '../src/index.ts';
import { environmentId } from './facts-relation.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 30, 15, 123);
const dayMs = 86_400_000;

function planRange(timeRange: QueryRequest['timeRange']) {
  const tenant = { organization: 'acme', environment: 'prod', environmentId };
  const result = planQuery(
    { dimensions: ['apiproxy'], timeRange },
    { catalogue, dataset: 'api', tenant, nowMs },
  );
  return result.ok ? result.plan.range : result.faults;
}

function faultFields(timeRange: QueryRequest['timeRange']) {
  const answer = planRange(timeRange);
  return Array.isArray(answer) ? answer.map(({ field }) => field) : answer;
}

function padded(value: number, length: number) {
  return String(value).padStart(length, '0');
}

/** Generates the parts of a time, each valid alone; the day may not exist in the month. */
const parts = fc.record({
  year: fc.integer({ min: 1970, max: 2199 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 31 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  second: fc.integer({ min: 0, max: 59 }),
  fraction: fc.option(fc.stringMatching(/^[0-9]{1,9}$/), { nil: undefined }),
  zone: fc.option(
    fc.record({
      sign: fc.constantFrom(1, -1),
      hours: fc.integer({ min: 0, max: 14 }),
      minutes: fc.constantFrom(0, 15, 30, 45),
      zulu: fc.boolean(),
    }),
    { nil: undefined },
  ),
});

describe('timeRange', () => {
  test.each([
    ['last60minutes', 3_600_000],
    ['last24hours', dayMs],
    ['last7days', 7 * dayMs],
  ])('%s ends at the time of submission', (name, lengthMs) => {
    expect(planRange(name)).toEqual({ startMs: nowMs - lengthMs, endExclusiveMs: nowMs });
  });

  test.each(['last30days', 'LAST60MINUTES', '', 'last60minutes ', 'constructor'])(
    'refuses the name %j',
    (name) => {
      expect(faultFields(name)).toEqual(['timeRange']);
    },
  );

  test('reads a date and time in its zone or in UTC, and refuses one that does not exist', () => {
    fc.assert(
      fc.property(parts, ({ year, month, day, hour, minute, second, fraction, zone }) => {
        const zoneText =
          zone === undefined
            ? ''
            : zone.zulu
              ? 'Z'
              : `${zone.sign > 0 ? '+' : '-'}${padded(zone.hours, 2)}:${padded(zone.minutes, 2)}`;
        const offsetMinutes =
          zone === undefined || zone.zulu ? 0 : zone.sign * (zone.hours * 60 + zone.minutes);
        const text =
          `${year}-${padded(month, 2)}-${padded(day, 2)}T${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}` +
          `${fraction === undefined ? '' : `.${fraction}`}${zoneText}`;
        const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
        const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
        const expectedMs = Date.UTC(year, month - 1, day, hour, minute, second, ms) - offsetMinutes * 60_000;
        // Date itself formats the other end.
        const end = new Date(expectedMs + dayMs).toISOString();
        expect(faultFields({ start: text, end })).toEqual(
          day > daysInMonth
            ? ['timeRange.start']
            : { startMs: expectedMs, endExclusiveMs: expectedMs + dayMs },
        );
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['2016-12-31t23:59:59.5z', Date.UTC(2016, 11, 31, 23, 59, 59, 500)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0)],
    ['2017-01-01t05:29:60+05:30', Date.UTC(2017, 0)],
    ['2016-12-31T23:59', Date.UTC(2016, 11, 31, 23, 59)],
  ])('reads the RFC 3339 time %s', (start, startMs) => {
    const endExclusiveMs = Date.UTC(2017, 0, 2);
    expect(planRange({ start, end: '2017-01-02T00:00:00Z' })).toEqual({ startMs, endExclusiveMs });
  });

  test.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01',
    '2026-01-01 00:00:00',
    '01/02/2026 00:00',
    '2026-01-01T00:00:00+25:00',
    '2026-01-01T00:00:00 UTC',
    '2026-W01-1T00:00:00Z',
    '1767225600000',
    'yesterday',
    '',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '0000-12-31T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '+012026-01-01T00:00:00Z',
  ])('refuses %j and names its field', (text) => {
    expect(faultFields({ start: text, end: '2026-01-02T00:00:00Z' })).toContain('timeRange.start');
    expect(faultFields({ start: '2026-01-02T00:00:00Z', end: text })).toContain('timeRange.end');
  });

  test('random texts neither throw nor result in fractions of a millisecond', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (start, end) => {
        const answer = planRange({ start, end });
        const sound =
          'startMs' in answer
            ? Number.isInteger(answer.startMs) && Number.isInteger(answer.endExclusiveMs)
            : answer.length > 0;
        expect(sound).toBe(true);
      }),
    );
  });

  test('reports the faults of start and end together', () => {
    expect(faultFields({ start: 'a', end: 'b' })).toEqual(['timeRange.start', 'timeRange.end']);
  });

  test('accepts an end in the future', () => {
    expect(planRange({ start: '2026-03-01T00:00:00', end: '2026-04-01T00:00:00' })).toEqual({
      startMs: Date.UTC(2026, 2, 1),
      endExclusiveMs: Date.UTC(2026, 3, 1),
    });
  });

  test('refuses reversed, empty and too long ranges', () => {
    const start = '2025-01-01T00:00:00Z';
    expect(planRange({ start, end: '2024-12-31T23:59:59.999Z' })).toMatchObject([
      { field: 'timeRange', message: expect.stringContaining('reversed') },
    ]);
    expect(planRange({ start, end: '2025-01-01T01:00:00+01:00' })).toMatchObject([
      { field: 'timeRange', message: expect.stringContaining('empty') },
    ]);
    expect(planRange({ start, end: '2026-01-01T00:00:00.001Z' })).toMatchObject([
      { field: 'timeRange', message: expect.stringContaining('at most 365 days') },
    ]);
    expect(planRange({ start, end: '2026-01-01T00:00:00Z' })).toMatchObject({
      startMs: Date.UTC(2025, 0, 1),
    });
  });
});
