const calls = { name: 'message_count', function: 'sum' };
const averageTime = { name: 'total_response_time', function: 'avg' };
const slowest = { name: 'total_response_time', function: 'max' };
const bytes = { name: 'response_size', function: 'sum' };
const threeWeeks = { start: '2025-11-01T00:00:00Z', end: '2025-11-22T00:00:00Z' };
const aDayLater = { start: '2025-11-02T00:00:00Z', end: '2025-11-23T00:00:00Z' };

/** Dashboards: a range, the same a day later, and fewer dimensions or longer buckets of the same. */
export const partialReports = [
  report('hour × proxy', {
    metrics: [calls, averageTime, slowest],
    dimensions: ['apiproxy'],
    groupByTimeUnit: 'hour',
  }),
  report('one group: five metrics', {
    metrics: [calls, { name: 'is_error', function: 'sum' }, averageTime, slowest, bytes],
  }),
  report(
    'day × verb × status',
    {
      metrics: [calls, averageTime],
      dimensions: ['request_verb', 'response_status_code'],
      groupByTimeUnit: 'day',
    },
    { dimensions: ['request_verb'] },
  ),
  report('hour × proxy, failures only', {
    metrics: [calls, { name: 'target_response_time', function: 'avg' }],
    dimensions: ['apiproxy'],
    groupByTimeUnit: 'hour',
    filter: '(response_status_code ge 500)',
  }),
  report('day: distinct developers and apps', {
    metrics: [{ name: 'developer_count' }, { name: 'app_count' }],
    groupByTimeUnit: 'day',
  }),
  report('top 20 proxies by errors', {
    metrics: [{ name: 'is_error', function: 'sum', alias: 'errors' }, calls],
    dimensions: ['apiproxy'],
    orderBy: [{ column: 'errors', direction: 'desc' }],
    limit: 20,
  }),
];

function report(name, request, sparser) {
  const { groupByTimeUnit } = request;
  const reduced = sparser ?? (groupByTimeUnit === 'hour' ? { groupByTimeUnit: 'day' } : undefined);
  return {
    name,
    request: { ...request, timeRange: threeWeeks },
    later: { ...request, timeRange: aDayLater },
    ...(reduced && { sparser: { ...request, ...reduced, timeRange: threeWeeks } }),
  };
}
