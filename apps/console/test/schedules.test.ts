import { describe, expect, test } from 'vitest';
import type { SavedReportView } from '@hourglass/contract';
import { cronKinds, cronOf, cronPlanOf, firstPlan, type CronPlan } from '../src/report/cron.ts';
import { bodyOfSaved, columnsText, lacksRange, savedQuery } from '../src/report/saved-report.ts';
import {
  draftOf,
  firstDraft,
  rangeOf,
  targetOfShown,
  withRange,
  withZone,
} from '../src/report/schedule-draft.ts';

test.each<[string, CronPlan]>([
  ['5 * * * *', { kind: 'hourly', minute: 5 }],
  ['30 6 * * *', { kind: 'daily', time: '06:30' }],
  ['0 18 * * MON-FRI', { kind: 'weekdays', time: '18:00' }],
  ['0 6 * * SUN', { kind: 'weekly', time: '06:00', day: 0 }],
  ['15 0 28 * *', { kind: 'monthly', time: '00:15', day: '28' }],
  ['15 0 L * *', { kind: 'monthly', time: '00:15', day: 'L' }],
])('a cron in words is written and read back: %s', (cron, plan) => {
  expect(cronOf(plan)).toBe(cron);
  expect(cronPlanOf(cron)).toEqual(plan);
});

test('other forms of the same words are read', () => {
  expect(cronPlanOf(' 0  6 * * 7 ')).toEqual({ kind: 'weekly', time: '06:00', day: 0 });
  expect(cronPlanOf('0 6 * * mon')).toEqual({ kind: 'weekly', time: '06:00', day: 1 });
  expect(cronPlanOf('0 6 * * 1-5')).toEqual({ kind: 'weekdays', time: '06:00' });
});

test.each([
  ...[
    '',
    '* * * * *',
    '*/10 * * * *',
    '0 6 * 1 *',
    '0 6 1 * MON',
    '0 6 * * MON#1',
    '60 6 * * *',
    '0 24 * * *',
  ],
  ...['0 6 * * 8', '0 6 32 * *', '0 6 * * * *', '0 * 1 * *', '@daily'],
])('a cron without words stays as it was typed: %j', (cron) => {
  expect(cronPlanOf(cron)).toEqual({ kind: 'custom', cron });
  expect(cronOf({ kind: 'custom', cron })).toBe(cron);
});

test('each kind begins with a cron of its own, and keeps the time', () => {
  for (const kind of cronKinds.filter((each) => each !== 'custom'))
    expect(cronPlanOf(cronOf(firstPlan(kind, '45 7 * * *'))).kind).toBe(kind);
  expect(firstPlan('weekly', '45 7 * * *')).toEqual({ kind: 'weekly', time: '07:45', day: 1 });
  expect(firstPlan('daily', 'x')).toEqual({ kind: 'daily', time: '06:00' });
});

describe('a saved report', () => {
  const saved = { name: '1', organization: 'acme', createdAt: '0', lastModifiedAt: '0', lastViewedAt: '0' };
  const query = { metrics: [{ name: 'tps', alias: 'rate' }, { name: 'fees' }], dimensions: ['apiproxy'] };
  const apigee: SavedReportView = {
    ...saved,
    metrics: [{ name: 'fees', function: 'sum' }],
    timeUnit: 'hour',
  };

  test('has no words that each run decides', () => {
    expect(
      savedQuery({ ...query, timeRange: 'today', name: 'n', reportDefinitionId: 'r', reuse: false }),
    ).toEqual({
      ...query,
      timeRange: 'today',
    });
  });

  test('is opened in the form, if it has the form of Hourglass', () => {
    expect(bodyOfSaved({ ...saved, query })).toEqual({ ...query, timeRange: 'last24hours' });
    expect(bodyOfSaved({ ...saved, query: { ...query, timeRange: 'today' } })?.timeRange).toBe('today');
    expect(bodyOfSaved(apigee)).toBeNull();
  });

  test('says which columns it has, and whether a run needs a range', () => {
    expect(columnsText({ ...saved, query })).toBe('rate, fees / apiproxy');
    expect(columnsText(apigee)).toBe('fees / hour');
    expect([lacksRange({ ...saved, query }), lacksRange(apigee)]).toEqual([true, true]);
    expect(lacksRange({ ...apigee, fromTime: '1', toTime: '2' })).toBe(false);
    expect(lacksRange({ ...saved, query: { ...query, timeRange: 'today' } })).toBe(false);
  });

  test('is scheduled with the range of its own, or days of the zone of the schedule', () => {
    expect(firstDraft({ ...saved, query: { timeRange: 'today' } }, 'UTC').overrides).toEqual({});
    const draft = firstDraft({ ...saved, query }, 'Europe/Berlin');
    expect(draft.overrides).toEqual({ timeRange: 'yesterday', timeZone: 'Europe/Berlin' });
    expect(withZone(draft, 'UTC')).toMatchObject({ timeZone: 'UTC', overrides: { timeZone: 'UTC' } });
    expect(withRange(draft, '').overrides).toEqual({});
    expect(withZone(withRange(draft, ''), 'UTC').overrides).toEqual({});
  });
});

describe('the change of a schedule', () => {
  const range = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };
  const draft = draftOf({
    ...{ id: '1', report: '2', cron: '0 6 * * *', timeZone: 'UTC', catchUp: 'all', enabled: false },
    ...{ skipIfEmpty: true, overrides: { timeRange: range, limit: 5 }, delivery: [], nextDueTimes: [] },
    ...{ madeBy: 'ann@acme.example', created: '', modified: '' },
  });

  test('keeps the words that the form does not show', () => {
    expect(draft).toEqual({
      ...{ report: '2', cron: '0 6 * * *', timeZone: 'UTC', catchUp: 'all', enabled: false },
      ...{ skipIfEmpty: true, overrides: { timeRange: range, limit: 5 } },
    });
    expect(rangeOf(draft)).toBe(`${range.start} – ${range.end}`);
    expect(withRange(draft, 'today').overrides).toEqual({ timeRange: 'today', timeZone: 'UTC', limit: 5 });
    expect(withRange(draft, '').overrides).toEqual({ limit: 5 });
  });

  test('begins targets with what is shown of them, and secrets empty', () => {
    expect(targetOfShown({ kind: 'email', to: ['ann@acme.example'] })).toEqual({
      ...{ kind: 'email', to: ['ann@acme.example'] },
    });
    expect(targetOfShown({ kind: 'slack', host: 'hooks.example.com' })).toEqual({ kind: 'slack', url: '' });
    expect(targetOfShown({ kind: 'webhook', host: 'a.example' })).toEqual({ kind: 'webhook', url: '' });
    expect(targetOfShown({ kind: 'webhook', endpoint: '7' })).toEqual({ kind: 'webhook', endpoint: '7' });
    const bucket = { bucket: 'reports', prefix: 'a/', region: 'eu', accessKeyId: 'AK', forcePathStyle: true };
    expect(targetOfShown({ kind: 's3', ...bucket })).toEqual({ kind: 's3', ...bucket, secretAccessKey: '' });
  });
});
