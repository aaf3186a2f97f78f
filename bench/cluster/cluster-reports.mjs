import { shapes } from '../rivals/shapes.mjs';
import { withoutLimit } from '../rivals/suites.mjs';

/** The shapes whose geometric mean has a target: those without percentiles. */
export const twelve = shapes.slice(0, 12).map(({ name }) => name);

const allRowsOf = (shapeName, changes = {}) => ({
  ...withoutLimit(shapes.find(({ name }) => name === shapeName)).request,
  ...changes,
});

/** Large results in the order of time, which are computed in slices. */
const sliced = [
  {
    name: 'all rows: minute × proxy, average',
    request: allRowsOf('example 2: minute × proxy, average'),
  },
  {
    name: 'all rows: one group per fact by second, three days',
    request: allRowsOf('one group per fact', {
      groupByTimeUnit: 'second',
      timeRange: { start: '2025-11-12T00:00:00Z', end: '2025-11-15T00:00:00Z' },
    }),
  },
  {
    name: 'all rows: hour × proxy, percentiles, distinct',
    request: allRowsOf('hour × proxy: percentiles, distinct'),
  },
];

export const clusterReports = [
  ...shapes.map(({ name, request }) => ({ name, request, isSliced: false })),
  ...sliced.map((report) => ({ ...report, isSliced: true })),
];
