import { describe, expect, test } from 'vitest';
import type { ListedQuery } from '@hourglass/contract';
import { filterOf, withValue } from '../src/pages/queries/list-filter.ts';
import { prepareRow, rowFormats } from '../src/pages/queries/prepare-row.ts';

const formats = rowFormats('en');
const query: ListedQuery = {
  self: '/organizations/acme/environments/prod/queries/0b52',
  state: 'running',
  created: '2026-11-30T10:00:00Z',
  progress: 40,
  phase: 'computing',
  userId: 'joe@acme.example',
  queryParams: {
    dimensions: ['apiproxy'],
    metrics: ['name:message_count,func:sum,alias:calls, all of them', 'name:tps,alias:tps'],
    startTimestamp: '2026-11-29T00:00:00.000Z',
    endTimestamp: '2026-11-30T00:00:00.000Z',
    timeUnit: 'hour',
    outputFormat: 'json',
  },
};

describe('a row of the list', () => {
  test('is named by its columns, unless the query has a name', () => {
    expect(prepareRow(query, formats, true).title).toBe('calls, all of them, tps / apiproxy, hour');
    expect(prepareRow({ ...query, name: '<b>Errors</b>' }, formats, true).title).toBe('<b>Errors</b>');
    const { metrics, dimensions, ...rest } = query.queryParams;
    const only = (queryParams: ListedQuery['queryParams']) =>
      prepareRow({ ...query, queryParams }, formats, true).title;
    expect(only({ ...rest, metrics: [], dimensions })).toBe('apiproxy, hour');
    expect(only({ ...rest, metrics, dimensions: [], timeUnit: undefined })).toBe('calls, all of them, tps');
  });

  test('shows progress and phase while the query is under way, rows or the reason after it', () => {
    expect(prepareRow(query, formats, true)).toMatchObject({
      ...{ id: '0b52', progress: 40, phaseKey: 'phase.computing', stateKey: 'state.running' },
      ...{ reason: null, rows: null },
    });
    const { phase: _, ...ended } = query;
    expect(prepareRow({ ...ended, state: 'completed', resultRows: 7 }, formats, true)).toMatchObject({
      ...{ progress: null, phaseKey: null, rows: 7, reason: null },
    });
    const failed = prepareRow({ ...ended, state: 'failed', error: 'over six hours' }, formats, true);
    expect(failed).toMatchObject({ progress: null, reason: 'over six hours' });
  });

  test('can be cancelled while the query is under way, with the scope to submit', () => {
    expect(prepareRow(query, formats, true).canCancel).toBe(true);
    expect(prepareRow({ ...query, state: 'enqueued' }, formats, true).canCancel).toBe(true);
    expect(prepareRow(query, formats, false).canCancel).toBe(false);
    expect(prepareRow({ ...query, state: 'completed' }, formats, true).canCancel).toBe(false);
  });
});

test('the filter is the search of the URL, without values that no query has', () => {
  const search = new URLSearchParams('status=failed&dataset=nothing&other=1&submittedBy=joe%40acme.example');
  expect(filterOf(search)).toEqual({ status: 'failed', submittedBy: 'joe@acme.example' });
  expect(withValue(search, 'status', '').toString()).not.toContain('status');
  expect(withValue(search, 'dataset', 'mint').get('dataset')).toBe('mint');
  expect(search.get('dataset')).toBe('nothing');
});
