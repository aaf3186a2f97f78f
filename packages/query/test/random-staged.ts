import * as fc from 'fast-check';
import type { QueryRequest } from '../src/index.ts';
import type { ModelFilter } from './filter-model.ts';
import { start } from './random-facts.ts';
import { requests } from './random-requests.ts';
import type { ShownRow } from './staged-model.ts';

export interface StagedRequest {
  readonly request: QueryRequest;
  readonly filter: ModelFilter | undefined;
  readonly having: (row: ShownRow) => boolean;
}

/** Thresholds that no sum, average or share of the facts is equal to. */
const thresholds = ['-1234.56789', '0.31337', '271828.18284'];

const words = fc.record({
  parts: fc.array(
    fc.option(
      fc.record({ as: fc.constantFrom('share', 'total'), within: fc.constantFrom('time', undefined) }),
      { freq: 3 },
    ),
    { minLength: 4, maxLength: 4 },
  ),
  order: fc.array(fc.record({ column: fc.nat(), direction: fc.constantFrom('asc', 'desc', undefined) }), {
    maxLength: 2,
  }),
  having: fc.option(
    fc.record({
      column: fc.nat(),
      operator: fc.constantFrom('gt', 'le', 'is null', 'is not null'),
      threshold: fc.constantFrom(...thresholds),
    }),
  ),
  compareTo: fc.option(
    fc.oneof(
      fc.constantFrom('previousPeriod', 'previousYear'),
      fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 100 })).map(([after, length]) => ({
        start: new Date(Date.parse(start) + after * 3_600_000).toISOString(),
        end: new Date(Date.parse(start) + (after + length) * 3_600_000).toISOString(),
      })),
    ),
    { freq: 2 },
  ),
  // Half of the facts are in either half.
  hours: fc.integer({ min: 1, max: 320 }),
  sums: fc.boolean(),
  fillGaps: fc.boolean(),
  others: fc.boolean(),
});

/** Adds words to a random request, those that fit it. */
export const stagedRequests: fc.Arbitrary<StagedRequest> = fc
  .tuple(requests, words)
  .map(([{ request, filter }, chosen]) => {
    const metrics = (request.metrics ?? []).map((requested, index) => {
      // Only sums have parts.
      const metric = chosen.sums
        ? { name: 'message_count', function: 'sum', alias: requested.alias }
        : requested;
      const part = metric.function === 'sum' ? (chosen.parts[index] ?? null) : null;
      if (part === null) return metric;
      const within = request.groupByTimeUnit === undefined ? undefined : part.within;
      return { ...metric, as: part.as, within };
    });
    const compareTo = metrics.length === 0 ? undefined : (chosen.compareTo ?? undefined);
    const hasManyBuckets = request.groupByTimeUnit === 'second' || request.groupByTimeUnit === 'minute';
    const ordered = [
      // The last digits of an interpolation may differ, and so might an order by it.
      ...metrics.filter((metric) => !/^p\d/.test(metric.function ?? '')).map(({ alias }) => alias ?? ''),
      ...(request.dimensions ?? []),
      ...(request.groupByTimeUnit === undefined ? [] : [request.groupByTimeUnit]),
    ];
    const orderBy = uniqueBy(
      ordered.length === 0
        ? []
        : chosen.order.map(({ column, direction }) => ({
            column: ordered[column % ordered.length] ?? '',
            direction,
          })),
    );
    const having = metrics.length === 0 ? null : chosen.having;
    const column = metrics[(having?.column ?? 0) % Math.max(1, metrics.length)]?.alias ?? '';
    return {
      request: {
        ...request,
        // The clock of the model walks from bucket to bucket, which takes too long for many.
        timeZone: hasManyBuckets ? undefined : request.timeZone,
        metrics,
        timeRange: { start, end: new Date(Date.parse(start) + chosen.hours * 3_600_000).toISOString() },
        orderBy: orderBy.length === 0 ? undefined : orderBy,
        having: having === null ? undefined : conditionText(column, having),
        compareTo,
        fillGaps:
          request.groupByTimeUnit !== undefined && !hasManyBuckets && chosen.fillGaps ? true : undefined,
        others:
          request.groupByTimeUnit === undefined &&
          compareTo === undefined &&
          request.limit !== undefined &&
          (request.dimensions ?? []).length > 0
            ? chosen.others
            : undefined,
      },
      filter,
      having: (row) => having === null || matchesHaving(row[column] ?? null, having),
    };
  });

interface Having {
  readonly operator: string;
  readonly threshold: string;
}

function conditionText(column: string, { operator, threshold }: Having): string {
  return operator.startsWith('is')
    ? `${column} ${operator}`
    : `${column} ${operator} ${Math.trunc(Number(threshold))}`;
}

function matchesHaving(value: ShownRow[string], { operator, threshold }: Having): boolean {
  if (operator === 'is null') return value === null;
  if (value === null) return false;
  const bound = Math.trunc(Number(threshold));
  return operator === 'is not null' || (operator === 'gt' ? Number(value) > bound : Number(value) <= bound);
}

function uniqueBy<Item extends { readonly column: string }>(items: readonly Item[]): readonly Item[] {
  return items.filter((item, index) => items.findIndex(({ column }) => column === item.column) === index);
}
