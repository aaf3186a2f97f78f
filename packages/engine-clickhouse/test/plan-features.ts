import {
  hotFactsColumns,
  limitBoundKind,
  mayRead,
  readRanges,
  segmentColumnName,
  type BoundPlan,
  type Plan,
} from '@hourglass/query';
import type { PlacedSegment } from '@hourglass/reports';
import type { PlacedFacts } from './placed-facts.ts';

/** Features of plans and facts that a comparison of engines has to meet. */
export const features = [
  ...['json', 'csv', 'xlsx', 'parquet'].map((format) => `output ${format}`),
  ...['hot facts', 'segments', 'three generations', 'a column that a segment lacks', 'a merged segment'],
  ...['custom fields', 'deleted range', 'deleted batch', 'retention'],
  ...['filter', 'time zone', 'limit', 'limited texts', 'percentile', 'distinct', 'operation'],
  ...['order', 'having', 'others', 'filled gaps', 'comparison', 'share'],
] as const;

/** Returns the features of a plan over these facts. */
export function featuresOf(boundPlan: BoundPlan, facts: PlacedFacts): readonly string[] {
  const { plan } = boundPlan;
  return [
    `dataset ${plan.dataset}`,
    `output ${plan.output.format}`,
    ...placeFeatures(boundPlan, facts),
    ...planFeatures(plan),
    // A sample bounds them.
    ...named({ 'limited texts': limitBoundKind(boundPlan) === 'leading-text' }),
  ];
}

function placeFeatures(
  boundPlan: BoundPlan,
  { hot, segments, isMerged, expiredBeforeMs }: PlacedFacts,
): readonly string[] {
  const ranges = readRanges(boundPlan.plan);
  const read = segments.filter((segment) => mayRead(ranges, segment));
  const columns = hotFactsColumns(boundPlan);
  const isIn = (name: string, { columns: present }: PlacedSegment) =>
    present.some((column) => column.name === name);
  const isPartlyMissing = columns
    .map(segmentColumnName)
    .some((name) => read.some((one) => isIn(name, one)) && read.some((one) => !isIn(name, one)));
  const deletions = read.flatMap((segment) => segment.deletions);
  return named({
    'hot facts': hot.length > 0,
    segments: read.length > 0,
    'three generations': read.length === 3,
    'a column that a segment lacks': isPartlyMissing,
    'a merged segment': isMerged && read.length > 0,
    'custom fields': columns.some((column) => 'customFieldId' in column),
    'deleted range': deletions.some((deletion) => 'startMs' in deletion),
    'deleted batch': deletions.some((deletion) => 'batchSeq' in deletion),
    retention: expiredBeforeMs !== null && read.some(({ firstMs }) => firstMs < expiredBeforeMs),
  });
}

function planFeatures(plan: Plan): readonly string[] {
  const { metrics } = plan;
  return named({
    filter: plan.filter !== null,
    'time zone': plan.timeZone !== undefined,
    limit: plan.limitRows !== null,
    percentile: metrics.some((metric) => metric.function === 'percentile'),
    distinct: metrics.some((metric) => metric.function === 'count_distinct'),
    operation: metrics.some(({ operation }) => operation !== undefined),
    order: plan.orderBy !== undefined,
    having: plan.having !== undefined,
    others: plan.others !== undefined,
    'filled gaps': plan.fillGaps !== undefined,
    comparison: plan.comparedRange !== undefined,
    share: metrics.some(({ part }) => part !== undefined),
  });
}

function named(found: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(found).flatMap(([name, isFound]) => (isFound ? [name] : []));
}
