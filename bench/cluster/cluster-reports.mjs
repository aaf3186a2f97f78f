import { shapes } from '../rivals/shapes.mjs';

/** The shapes whose geometric mean has a target: those without percentiles. */
export const twelve = shapes.slice(0, 12).map(({ name }) => name);

const withoutLimit = (name, changes = {}) => {
  const { request } = shapes.find((shape) => shape.name === name);
  const { limit: _, ...rest } = request;
  return { ...rest, ...changes };
};

/** Large results in the order of time, which are computed in slices. */
const sliced = [
  {
    name: 'all rows: minute × proxy, average',
    request: withoutLimit('example 2: minute × proxy, average'),
  },
  {
    name: 'all rows: one group per fact by second, three days',
    request: withoutLimit('one group per fact', {
      groupByTimeUnit: 'second',
      timeRange: { start: '2025-11-12T00:00:00Z', end: '2025-11-15T00:00:00Z' },
    }),
  },
  {
    name: 'all rows: hour × proxy, percentiles, distinct',
    request: withoutLimit('hour × proxy: percentiles, distinct'),
  },
];

export const clusterReports = [
  ...shapes.map(({ name, request }) => ({ name, request, isSliced: false })),
  ...sliced.map((report) => ({ ...report, isSliced: true })),
];
