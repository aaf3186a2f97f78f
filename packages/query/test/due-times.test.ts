import { describe, expect, test } from 'vitest';
import { dueTimesOf, readDueTimes } from '../src/index.ts';

/** Due times after a moment, in UTC. */
function nextOf(cron: string, timeZone: string, after: string, count: number): readonly string[] {
  const dueTimes = dueTimesOf({ cron, timeZone });
  const found: string[] = [];
  let ms = dueTimes.after(Date.parse(after));
  while (ms !== null && found.length < count) {
    found.push(new Date(ms).toISOString().slice(0, 16));
    ms = dueTimes.after(ms);
  }
  return found;
}

describe('a due time', () => {
  test('that clocks skip is due when they are set forward, once for all of them', () => {
    const saturday = '2026-03-28T12:00:00Z';
    expect(nextOf('30 2 * * *', 'Europe/Berlin', saturday, 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(nextOf('15,45 2 * * *', 'Europe/Berlin', saturday, 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:15',
    ]);
    expect(nextOf('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', 1)).toEqual([
      '2026-10-03T15:30',
    ]);
  });

  test('that clocks show twice is due the first time', () => {
    const saturday = '2026-10-24T12:00:00Z';
    expect(nextOf('30 2 * * *', 'Europe/Berlin', saturday, 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(nextOf('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', 1)).toEqual(['2026-10-26T01:30']);
  });

  test('of a wildcard or a step is due whenever clocks show it', () => {
    expect(nextOf('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ]);
    expect(nextOf('*/30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:00']);
    expect(nextOf('*/30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 4)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
    ]);
  });

  test('is after the moment, also within a minute', () => {
    expect(nextOf('* * * * *', 'UTC', '2026-01-01T00:00:00.000Z', 1)).toEqual(['2026-01-01T00:01']);
    expect(nextOf('* * * * *', 'UTC', '2026-01-01T00:00:59.999Z', 1)).toEqual(['2026-01-01T00:01']);
  });

  test('matches the day of the month or the weekday if both are given', () => {
    expect(nextOf('0 0 13 * FRI', 'UTC', '2026-11-01T00:00:00Z', 3)).toEqual([
      '2026-11-06T00:00',
      '2026-11-13T00:00',
      '2026-11-20T00:00',
    ]);
  });

  test('takes names, Sunday as 7, last days and numbered weekdays', () => {
    expect(nextOf('0 6 * * MON-FRI', 'UTC', '2026-11-27T07:00:00Z', 1)).toEqual(['2026-11-30T06:00']);
    expect(nextOf('0 6 * * 7', 'UTC', '2026-11-27T07:00:00Z', 1)).toEqual(['2026-11-29T06:00']);
    expect(nextOf('0 6 L * *', 'UTC', '2026-02-01T00:00:00Z', 1)).toEqual(['2026-02-28T06:00']);
    expect(nextOf('0 6 * DEC MON#1', 'UTC', '2026-11-01T00:00:00Z', 1)).toEqual(['2026-12-07T06:00']);
  });
});

describe('a cron', () => {
  const faultsOf = (cron: string, timeZone?: string) => {
    const faults: string[] = [];
    const read = readDueTimes({ cron, timeZone }, 0, (field, message) => faults.push(`${field}: ${message}`));
    expect(read === null).toBe(faults.length > 0);
    return faults;
  };

  test('and a zone are refused together', () => {
    expect(faultsOf('5 5', 'Nowhere')).toEqual([
      expect.stringContaining('timeZone: "Nowhere" is not a time zone'),
      'cron: "5 5" is not a cron expression; expected five fields: minute, hour, day of month, month and day of week, such as 0 6 * * MON',
    ]);
  });

  test('on days that no year has is never due, and one on the leap day is', () => {
    for (const cron of ['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 31 FEB *']) {
      expect(faultsOf(cron)).toEqual([`cron: "${cron}" is never due; expected a date that exists`]);
    }
    expect(faultsOf('0 0 29 2 *')).toEqual([]);
  });
});
