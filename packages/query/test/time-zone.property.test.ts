import { suiteSize } from '@hourglass/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketRange, catalogue, planQuery, planStats, timeUnits, type TimeUnit } from '../src/index.ts';
import { countBuckets } from '../src/plan/count-buckets.ts';
import { zoneOffsets } from '../src/time/zone-offsets.ts';
import { environmentId, openDuckDB } from './facts-relation.ts';
import { zoneClock } from './zone-clock.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const tenant = { organization: 'acme', environment: 'prod', environmentId };
/** The full suite runs more cases. */
const timeoutMs = 300_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Zones whose clocks change at midnight, by half an hour or two hours, by a day, or four times a year. */
const unusual = [
  ...['Australia/Lord_Howe', 'Pacific/Apia', 'Antarctica/Troll', 'Africa/Casablanca', 'America/Sao_Paulo'],
  ...['America/Havana', 'Asia/Beirut', 'America/St_Johns', 'America/Moncton', 'Asia/Gaza', 'Pacific/Chatham'],
  ...['Asia/Tehran', 'Asia/Pyongyang', 'America/Caracas', 'Pacific/Kwajalein', 'Africa/Cairo', 'UTC'],
];
// The clocks of Monrovia were not at whole minutes until 1972; the table below tests them.
const zoneNames = fc
  .oneof(fc.constantFrom(...unusual), fc.constantFrom(...Intl.supportedValuesOf('timeZone')))
  .filter((name) => name !== 'Africa/Monrovia');
const minMs = 0;
const maxMs = Date.UTC(2036, 0, 1);

/** A zone, a range of up to a year, and moments in it, many of them near a change of clocks. */
const zonedMoments = fc
  .record({
    timeZone: zoneNames,
    startMs: fc.integer({ min: minMs, max: maxMs - 366 * dayMs }),
    lengthMs: fc.oneof(fc.integer({ min: 1, max: 365 * dayMs }), fc.constant(365 * dayMs)),
  })
  .chain(({ timeZone, startMs, lengthMs }) => {
    const range = { startMs, endExclusiveMs: startMs + lengthMs };
    const changes = zoneOffsets(timeZone, range, null)
      .map(({ fromMs }) => fromMs)
      .filter((ms) => ms >= startMs && ms < range.endExclusiveMs);
    const anywhere = fc.integer({ min: startMs, max: range.endExclusiveMs - 1 });
    const nearChange = fc
      .tuple(
        fc.constantFrom(...changes, startMs),
        fc.oneof(
          fc.integer({ min: -26 * hourMs, max: 26 * hourMs }),
          fc.integer({ min: -90, max: 90 }).map((minutes) => minutes * 60_000),
          fc.integer({ min: -120_000, max: 120_000 }),
          fc.constantFrom(-1, 0, 1),
        ),
      )
      .map(([ms, distance]) => Math.min(Math.max(ms + distance, startMs), range.endExclusiveMs - 1));
    const moments = fc.array(
      fc.oneof({ arbitrary: anywhere, weight: 1 }, { arbitrary: nearChange, weight: 3 }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    return fc.record({ timeZone: fc.constant(timeZone), range: fc.constant(range), moments });
  });

const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '');

test(
  'local time at the offsets of a zone is the time that its clocks show',
  () => {
    fc.assert(
      fc.property(zonedMoments, ({ timeZone, range, moments }) => {
        const offsets = zoneOffsets(timeZone, range, null);
        const clock = zoneClock(timeZone);
        for (const ms of moments) {
          const { offsetSeconds } = offsets.findLast(({ fromMs }) => fromMs <= ms) ?? { offsetSeconds: NaN };
          expect(iso(Math.floor(ms / 1_000) * 1_000 + offsetSeconds * 1_000)).toBe(
            `${clock.show(ms).replace(' ', 'T')}Z`,
          );
        }
      }),
      { numRuns: suiteSize({ short: 400, full: 5_000 }) },
    );
  },
  timeoutMs,
);

test.each(timeUnits)(
  'the %s of a moment begins and ends when the clocks of its zone say so',
  (unit) => {
    fc.assert(
      fc.property(zonedMoments, ({ timeZone, range, moments }) => {
        const bucketing = { unit, offsets: zoneOffsets(timeZone, range, unit) };
        for (const ms of moments.slice(0, 4)) {
          expect([timeZone, iso(ms), bucketRange(ms, bucketing)]).toEqual([
            timeZone,
            iso(ms),
            zoneClock(timeZone).bucket(ms, unit),
          ]);
        }
      }),
      { numRuns: suiteSize({ short: 30, full: 400 }) },
    );
  },
  timeoutMs,
);

// From the tz database. Each day or hour contains the moment.
test.each<[string, TimeUnit, string, string, string]>([
  ['Europe/Warsaw', 'day', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  ['Europe/Warsaw', 'day', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  // Midnight does not exist.
  ['America/Sao_Paulo', 'day', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
  ['Asia/Beirut', 'day', '2022-03-27T12:00:00Z', '2022-03-26T22:00:00Z', '2022-03-27T21:00:00Z'],
  // Midnight occurs twice.
  ['America/Havana', 'day', '2025-11-02T12:00:00Z', '2025-11-02T04:00:00Z', '2025-11-03T05:00:00Z'],
  // A day is skipped.
  ['Pacific/Apia', 'day', '2011-12-30T09:59:59Z', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
  ['Pacific/Apia', 'day', '2011-12-30T10:00:00Z', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
  ['Australia/Lord_Howe', 'day', '2026-04-05T00:00:00Z', '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z'],
  ['Australia/Lord_Howe', 'hour', '2026-04-04T15:10:00Z', '2026-04-04T15:00:00Z', '2026-04-04T15:30:00Z'],
  ['Antarctica/Troll', 'day', '2026-03-29T12:00:00Z', '2026-03-29T00:00:00Z', '2026-03-29T22:00:00Z'],
  ['Africa/Casablanca', 'day', '2026-02-15T12:00:00Z', '2026-02-14T23:00:00Z', '2026-02-16T00:00:00Z'],
  // At 00:01 clocks were set back to 23:01 of the day before, which had ended.
  ['America/St_Johns', 'day', '2010-11-07T02:45:00Z', '2010-11-07T02:30:00Z', '2010-11-08T03:30:00Z'],
  // The offset was -00:44:30 until clocks were set to UTC.
  ['Africa/Monrovia', 'day', '1972-01-06T12:00:00Z', '1972-01-06T00:44:30Z', '1972-01-07T00:44:30Z'],
  ['Africa/Monrovia', 'day', '1972-01-07T12:00:00Z', '1972-01-07T00:44:30Z', '1972-01-08T00:00:00Z'],
  ['Africa/Monrovia', 'minute', '1971-05-01T00:00:00Z', '1971-04-30T23:59:30Z', '1971-05-01T00:00:30Z'],
])('in %s the %s of %s is from %s to %s', (timeZone, unit, moment, start, end) => {
  const ms = Date.parse(moment);
  const offsets = zoneOffsets(timeZone, { startMs: ms, endExclusiveMs: ms + 1 }, unit);
  const { startMs, endExclusiveMs } = bucketRange(ms, { unit, offsets });
  expect([iso(startMs), iso(endExclusiveMs)]).toEqual([start, end]);
});

function planIn(timeZone: string, unit: TimeUnit, range: { startMs: number; endExclusiveMs: number }) {
  const planned = planStats(
    {
      select: 'sum(message_count),tps',
      dimensions: [],
      timeUnit: unit === 'second' ? 'minute' : unit,
      timeRange: '01/01/2026 00:00~01/02/2026 00:00',
      tsAscending: true,
      timeZone,
    },
    { catalogue, dataset: 'api', tenant, nowMs: range.endExclusiveMs },
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const offsets = zoneOffsets(timeZone, range, unit);
  return { ...planned.plan, timeUnit: unit, range, timeZone: { name: timeZone, offsets } };
}

test.each(timeUnits)(
  'a report by %s has the buckets and rates of the zone, and shows them in local time with the offset',
  async (unit) => {
    await fc.assert(
      fc.asyncProperty(zonedMoments, async ({ timeZone, range, moments }) => {
        const clock = zoneClock(timeZone);
        const buckets = new Map<number, { count: number; lengthMs: number }>();
        for (const ms of moments) {
          const { startMs, endExclusiveMs } = clock.bucket(ms, unit);
          const count = (buckets.get(startMs)?.count ?? 0) + 1;
          buckets.set(startMs, { count, lengthMs: endExclusiveMs - startMs });
        }
        const facts = moments.map((ms) => ({ timestamp: new Date(ms).toISOString(), message_count: 1 }));
        const { rows } = await duckdb.report(planIn(timeZone, unit, range), facts);
        expect(rows).toEqual(
          [...buckets]
            .sort(([left], [right]) => left - right)
            .map(([startMs, { count, lengthMs }]) => [
              String(count),
              (count * 1_000) / lengthMs,
              clock.showWithOffset(startMs),
            ]),
        );
      }),
      { numRuns: suiteSize({ short: 20, full: 150 }) },
    );
  },
  timeoutMs,
);

test.each<[string, TimeUnit, string[], unknown[][]]>([
  // At 00:01, which was 02:31 UTC, clocks were set back to 23:01.
  [
    'America/St_Johns',
    'hour',
    ['2010-11-07T02:29:59Z', '2010-11-07T02:30:00Z', '2010-11-07T02:31:00Z', '2010-11-07T03:30:00Z'],
    [
      ['60', 60 / 3_600, '2010-11-06T23:00:00-02:30'],
      ['60', 60 / 60, '2010-11-07T00:00:00-02:30'],
      ['60', 60 / (59 * 60), '2010-11-06T23:01:00-03:30'],
      ['60', 60 / 3_600, '2010-11-07T00:00:00-03:30'],
    ],
  ],
  // At 23:30, which was 04:30 UTC, clocks were set forward to 00:30.
  [
    'America/Toronto',
    'day',
    ['1919-03-30T05:00:00Z', '1919-03-31T04:30:00Z', '1919-04-01T04:00:00Z'],
    [
      ['60', 60 / (23.5 * 3_600), '1919-03-30T00:00:00-05:00'],
      ['60', 60 / (23.5 * 3_600), '1919-03-31T00:30:00-04:00'],
      ['60', 60 / (24 * 3_600), '1919-04-01T00:00:00-04:00'],
    ],
  ],
])(
  'in %s a %s that begins or ends with a change of clocks has its real length',
  async (zone, unit, times, rows) => {
    const instants = times.map((time) => Date.parse(time));
    const range = { startMs: Math.min(...instants), endExclusiveMs: Math.max(...instants) + 1 };
    const facts = times.map((timestamp) => ({ timestamp, message_count: 60 }));
    expect((await duckdb.report(planIn(zone, unit, range), facts)).rows).toEqual(rows);
  },
);

test(
  'countBuckets counts each bucket of the zone once',
  () => {
    fc.assert(
      fc.property(
        zonedMoments,
        fc.constantFrom('hour', 'day', 'week', 'month'),
        ({ timeZone, range }, unit) => {
          // Short enough to visit each bucket.
          const endExclusiveMs = Math.min(range.endExclusiveMs, range.startMs + 40 * dayMs);
          const clock = zoneClock(timeZone);
          let expected = 0;
          for (let ms = range.startMs; ms < endExclusiveMs; ms = clock.bucket(ms, unit).endExclusiveMs)
            expected += 1;
          const plan = planIn(timeZone, unit, { ...range, endExclusiveMs });
          expect(countBuckets(plan.range, plan)).toBe(expected);
        },
      ),
      { numRuns: suiteSize({ short: 15, full: 100 }) },
    );
  },
  timeoutMs,
);

test('parts of the timestamp are local, also in filters', async () => {
  const planned = planQuery(
    {
      metrics: [{ name: 'message_count' }],
      dimensions: ['ax_hour_of_day', 'ax_day_of_week', 'ax_month_of_year', 'ax_week_of_month'],
      filter: "(ax_hour_of_day in '00','03')",
      timeRange: { start: '2026-02-01T00:00:00Z', end: '2026-05-01T00:00:00Z' },
      timeZone: 'Europe/Warsaw',
    },
    { catalogue, dataset: 'api', tenant, nowMs: 0 },
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const times = [
    '2026-02-28T23:30:00Z',
    '2026-03-29T00:59:59Z',
    '2026-03-29T01:00:00Z',
    '2026-04-07T22:00:00Z',
  ];
  const facts = times.map((timestamp) => ({ timestamp, message_count: 1 }));
  expect((await duckdb.report(planned.plan, facts)).rows).toEqual([
    ['1', '00', 'Sun', '03', '1'],
    ['1', '00', 'Wed', '04', '2'],
    ['1', '03', 'Sun', '03', '5'],
  ]);
});

describe('relative ranges', () => {
  const planRange = (
    timeRange: string,
    nowMs: number,
    zone: { timeZone?: string; utcOffsetMinutes?: number },
  ) => {
    const planned = planQuery(
      { dimensions: ['apiproxy'], timeRange, ...zone },
      { catalogue, dataset: 'api', tenant, nowMs },
    );
    if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
    return planned.plan.range;
  };
  const calendar = ['day', 'week', 'month', 'quarter', 'year'] as const;
  const names: Readonly<Record<(typeof calendar)[number], readonly [string, string]>> = {
    day: ['today', 'yesterday'],
    week: ['thisWeek', 'lastWeek'],
    month: ['thisMonth', 'lastMonth'],
    quarter: ['thisQuarter', 'lastQuarter'],
    year: ['thisYear', 'lastYear'],
  };

  test(
    'are the current unit until now and the whole unit before it, by the clocks of the zone',
    () => {
      fc.assert(
        fc.property(zonedMoments, fc.constantFrom(...calendar), ({ timeZone, moments }, unit) => {
          const [current, previous] = names[unit];
          const clock = zoneClock(timeZone);
          for (const nowMs of moments.slice(0, 2)) {
            const { startMs } = clock.bucket(nowMs, unit);
            expect(planRange(current, nowMs, { timeZone })).toEqual({ startMs, endExclusiveMs: nowMs });
            expect(planRange(previous, nowMs, { timeZone })).toEqual(clock.bucket(startMs - 1, unit));
          }
        }),
        { numRuns: suiteSize({ short: 60, full: 1_000 }) },
      );
    },
    timeoutMs,
  );

  // Sunday, 1 March 2026, 12:30:15.123 UTC; Monday there at +14:00.
  const nowMs = Date.UTC(2026, 2, 1, 12, 30, 15, 123);
  const now = '2026-03-01T12:30:15.123Z';
  test.each<[string, object, string, string]>([
    ['today', {}, '2026-03-01T00:00:00Z', now],
    ['yesterday', {}, '2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['thisWeek', {}, '2026-02-23T00:00:00Z', now],
    ['lastWeek', {}, '2026-02-16T00:00:00Z', '2026-02-23T00:00:00Z'],
    ['thisMonth', {}, '2026-03-01T00:00:00Z', now],
    ['lastMonth', {}, '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['thisQuarter', {}, '2026-01-01T00:00:00Z', now],
    ['lastQuarter', {}, '2025-10-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['thisYear', {}, '2026-01-01T00:00:00Z', now],
    ['lastYear', {}, '2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['today', { utcOffsetMinutes: -780 }, '2026-02-28T13:00:00Z', now],
    ['thisWeek', { utcOffsetMinutes: 840 }, '2026-03-01T10:00:00Z', now],
    ['lastMonth', { utcOffsetMinutes: 330 }, '2026-01-31T18:30:00Z', '2026-02-28T18:30:00Z'],
    ['lastQuarter', { timeZone: 'Europe/Warsaw' }, '2025-09-30T22:00:00Z', '2025-12-31T23:00:00Z'],
    ['last24hours', { timeZone: 'Europe/Warsaw' }, '2026-02-28T12:30:15.123Z', now],
  ])('%s with %j is from %s to %s', (name, zone, start, end) => {
    const { startMs, endExclusiveMs } = planRange(name, nowMs, zone);
    expect([iso(startMs), iso(endExclusiveMs)]).toEqual([start, end]);
  });

  test('the last year may be a leap year', () => {
    const { startMs, endExclusiveMs } = planRange('lastYear', Date.UTC(2025, 5), {});
    expect(endExclusiveMs - startMs).toBe(366 * dayMs);
  });

  test('today has no facts in the millisecond in which it begins', async () => {
    const planned = planQuery(
      { metrics: [{ name: 'message_count' }, { name: 'tps' }], timeRange: 'today' },
      { catalogue, dataset: 'api', tenant, nowMs: Date.UTC(2026, 2, 1) },
    );
    if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
    const { rows } = await duckdb.report(planned.plan, [
      { timestamp: '2026-03-01T00:00:00Z', message_count: 1 },
    ]);
    expect(rows).toEqual([]);
  });
});
