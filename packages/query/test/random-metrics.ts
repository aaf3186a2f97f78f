import type { Dataset, MetricRequest } from '../src/index.ts';

/**
 * Lists each metric with each of its exact functions, and each dimension with its number of distinct
 * values.
 */
export function metricsOf({ metrics, dimensions }: Dataset): readonly MetricRequest[] {
  return [
    ...metrics.flatMap(({ name, functions }) =>
      functions.length === 0
        ? [{ name }]
        : functions.flatMap(shortFunctions).map((chosen) => ({ name, function: chosen })),
    ),
    ...dimensions.map(({ name }) => ({ name, function: 'count_distinct' })),
  ];
}

function shortFunctions(name: string): readonly string[] {
  switch (name) {
    case 'percentile':
      return ['p0', 'p50', 'p99.9'];
    case 'approx_percentile':
      return [];
    default:
      return [name];
  }
}
