import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offsetsOf, rangeOfLocalTimes } from '../src/endpoints/instruments/local-time.ts';

const local = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);

/** The range between two local times, as ISO 8601. */
function rangeIn(timeZone: string, from: string, to: string): string[] {
  const { startMs, endExclusiveMs } = rangeOfLocalTimes(local(from), local(to), offsetsOf(timeZone));
  return [startMs, endExclusiveMs].map((ms) => new Date(ms).toISOString().replace('.000Z', 'Z'));
}

describe('a range of local times', () => {
  test.each([
    [
      'a second',
      'UTC',
      '2024-01-01 00:00:00',
      '2024-01-01 00:00:00',
      '2024-01-01T00:00:00Z',
      '2024-01-01T00:00:01Z',
    ],
    [
      'a day',
      'Europe/Berlin',
      '2024-02-29 00:00:00',
      '2024-02-29 23:59:59',
      '2024-02-28T23:00:00Z',
      '2024-02-29T23:00:00Z',
    ],
    [
      'a day of 23 hours',
      'Europe/Berlin',
      '2024-03-31 00:00:00',
      '2024-03-31 23:59:59',
      '2024-03-30T23:00:00Z',
      '2024-03-31T22:00:00Z',
    ],
    [
      'a day of 25 hours',
      'Europe/Berlin',
      '2024-10-27 00:00:00',
      '2024-10-27 23:59:59',
      '2024-10-26T22:00:00Z',
      '2024-10-27T23:00:00Z',
    ],
    [
      'up to an hour that occurs twice',
      'Europe/Berlin',
      '2024-10-27 00:00:00',
      '2024-10-27 01:59:59',
      '2024-10-26T22:00:00Z',
      '2024-10-27T00:00:00Z',
    ],
    [
      'an hour that occurs twice',
      'Europe/Berlin',
      '2024-10-27 02:00:00',
      '2024-10-27 02:59:59',
      '2024-10-27T00:00:00Z',
      '2024-10-27T02:00:00Z',
    ],
    [
      'a skipped hour',
      'Europe/Berlin',
      '2024-03-31 02:00:00',
      '2024-03-31 02:59:59',
      '2024-03-31T01:00:00Z',
      '2024-03-31T01:00:00Z',
    ],
    [
      'from the middle of a gap',
      'Europe/Berlin',
      '2024-03-31 02:30:00',
      '2024-03-31 03:00:00',
      '2024-03-31T01:00:00Z',
      '2024-03-31T01:00:01Z',
    ],
    [
      'to the middle of a gap',
      'Europe/Berlin',
      '2024-03-31 01:59:59',
      '2024-03-31 02:30:00',
      '2024-03-31T00:59:59Z',
      '2024-03-31T01:00:00Z',
    ],
    [
      'half an hour that occurs twice',
      'Australia/Lord_Howe',
      '2024-04-07 01:30:00',
      '2024-04-07 01:59:59',
      '2024-04-06T14:30:00Z',
      '2024-04-06T15:30:00Z',
    ],
    [
      'a skipped day',
      'Pacific/Apia',
      '2011-12-30 00:00:00',
      '2011-12-30 23:59:59',
      '2011-12-30T10:00:00Z',
      '2011-12-30T10:00:00Z',
    ],
    [
      'a time before standard time',
      'Europe/Berlin',
      '1880-01-01 00:53:28',
      '1880-01-01 00:53:28',
      '1880-01-01T00:00:00Z',
      '1880-01-01T00:00:01Z',
    ],
  ])('covers the instants of %s in %s', (_, timeZone, from, to, start, endExclusive) => {
    expect(rangeIn(timeZone, from, to)).toEqual([start, endExclusive]);
  });

  test('contains the second that clocks show at any instant, in any zone', () => {
    const zones = Intl.supportedValuesOf('timeZone').map((timeZone) => ({
      offsetAt: offsetsOf(timeZone),
      clock: new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
    }));
    const seconds = fc.integer({ min: Date.UTC(1990, 0) / 1000, max: Date.UTC(2040, 0) / 1000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), seconds, ({ offsetAt, clock }, second) => {
        const shown = clock.format(second * 1000);
        const { startMs, endExclusiveMs } = rangeOfLocalTimes(local(shown), local(shown), offsetAt);
        expect(startMs).toBeLessThanOrEqual(second * 1000);
        expect(endExclusiveMs).toBeGreaterThan(second * 1000);
        expect([clock.format(startMs), clock.format(endExclusiveMs - 1000)]).toEqual([shown, shown]);
      }),
      { numRuns: 500 },
    );
  });
});
