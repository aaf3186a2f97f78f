import { describe, expect, test } from 'vitest';
import { changeAccessKeyBody, chartsRequest, historicalConsumptionParameters, moment } from '../src/index.ts';

describe('the times of a range in Keystone', () => {
  const { from_date_utc: from, to_date_utc: to } = historicalConsumptionParameters;

  test.each([
    ['2026-01-31T13:45:00Z', '2026-01-31T13:45:00.000000Z'],
    ['2026-01-31t13:45:00.123456z', '2026-01-31T13:45:00.123456Z'],
    ['2026-01-31t13:45:00+02:00', '2026-01-31T11:45:00.000000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000000Z'],
    ['2016-12-31t23:59:60.25z', '2017-01-01T00:00:00.250000Z'],
  ])('are RFC 3339: %s', (text, utc) => {
    expect([from.parse(text), to.parse(text)]).toEqual([
      { text, utc },
      { text, utc },
    ]);
  });

  test('may be a day, whole', () => {
    expect(from.parse('2024-02-29').utc).toBe('2024-02-29T00:00:00.000000Z');
    expect(to.parse('2024-02-29').utc).toBe('2024-02-29T23:59:59.999999Z');
  });

  test.each([
    '2026-01-31T13:45:00',
    '2026-01-31 13:45:00Z',
    '2026-01-31T13:45:00.1234567Z',
    '2026-02-29',
    'x',
  ])('are not %s', (text) => {
    expect([from.safeParse(text).success, to.safeParse(text).success]).toEqual([false, false]);
  });
});

test.each([
  ['2026-01-31T13:45:00', '2026-01-31T13:45:00.000Z'],
  ['2026-01-31t13:45:00.5z', '2026-01-31T13:45:00.500Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
])('a list of queries from %s', (text, time) => {
  expect(moment.parse(text).toISOString()).toBe(time);
});

test.each([
  ['2027-01-31T00:00:00Z', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31t00:00:00.25+02:00', '2027-01-30T22:00:00.250Z'],
  ['2016-12-31t23:59:60z', '2017-01-01T00:00:00.000Z'],
])('an access key expires at %s', (expires, time) => {
  expect(changeAccessKeyBody.parse({ expires })).toEqual({ expires: time });
});

test('a list of queries has no range of days', () => {
  expect(moment.safeParse('2026-01-31').error?.issues[0]?.message).toContain('expected a date and time');
});

test('the clock times of instruments may have a T', () => {
  const request = (from: string, to: string) => ({
    equipment: ['1'],
    resource: ['charge'],
    time: ['bt', from, to],
    unit: 'day',
  });
  const { time } = chartsRequest.parse(request('2020-01-01T00:00:00', '2020-01-01 23:59:59'));
  expect(time).toEqual(['bt', Date.UTC(2020, 0), Date.UTC(2020, 0, 2) - 1000]);
});
