export * from './catalogue.ts';
export * from './filter/filter-node.ts';
export * from './filter/print-filter.ts';
export * from './filter/read-filter.ts';
export * from './plan/bound-plan.ts';
export * from './plan/plan.ts';
export * from './plan/plan-digest.ts';
export * from './plan/read-ranges.ts';
export * from './plan/request.ts';
export * from './plan/request-of-plan.ts';
export * from './plan/estimate-groups.ts';
export * from './plan/formula-guard.ts';
export * from './plan/output-columns.ts';
export type { PlanContext, PlanResult } from './plan/build-plan.ts';
export * from './plan/approximations.ts';
export * from './plan/describe-columns.ts';
export { functionName } from './plan/plan-function.ts';
export * from './plan/plan-query.ts';
export * from './plan/stats-request.ts';
export * from './plan/plan-stats.ts';
export * from './plan/parse-plan.ts';
export * from './compile/sql-statement.ts';
export type { Dialect } from './compile/dialect/dialect.ts';
export { duckdbViewDialect } from './compile/dialect/duckdb.ts';
export {
  clickhouseDialect,
  clickhouseSettings,
  type ClickHouseFacts,
  type ExchangeRate,
} from './compile/dialect/clickhouse.ts';
export { clickhouseRefusal } from './compile/dialect/clickhouse-refusal.ts';
export { bucketRange, type Bucketing } from './time/bucket-range.ts';
export * from './time/due-times.ts';
export { offsetText } from './time/offset-text.ts';
export type { ZoneOffset } from './time/zone-offset.ts';
export { bucketingOf } from './time/zone.ts';
export { isOrderedByBucket } from './compile/row-order.ts';
export * from './slices/groups-from-sample.ts';
export * from './slices/limit-sample.ts';
export * from './slices/sample-range.ts';
export * from './slices/slice-range.ts';
export { compileReport } from './compile/compile-report.ts';
export * from './compile/compile-report-lines.ts';
export * from './compile/compile-report-table.ts';
export {
  compileGroupCount,
  compileKeyBoundaries,
  isOrderedByText,
  type GroupSample,
} from './compile/key-slices.ts';
export { compileLimitBound, limitBoundKind, narrowPlan, type LimitBound } from './compile/limit-bound.ts';
export { rankedRows, type RankedRows } from './compile/value-bound.ts';
export {
  compileCountedFacts,
  compileGroupSample,
  compileReachingGroups,
  compileTopFacts,
  compileTopGroups,
  compileValueBound,
} from './compile/top-groups.ts';
export * from './compile/compile-hot-facts.ts';
export { maxRateAgeDays } from './compile/converted-amount.ts';
export { compileMissingRate } from './compile/reported-facts.ts';
export { rangeColumnName, textKeyName, viewColumns, type ViewColumns } from './compile/view-columns.ts';
export {
  compileFilteredPartials,
  compilePartial,
  compilePartialSize,
  compileUncovered,
} from './partials/compile-partial.ts';
export * from './partials/coverable-segment.ts';
export * from './partials/partial-columns.ts';
export * from './partials/partial-shape.ts';
export { measureName } from './compile/measure-name.ts';
export * from './mint/mint-criteria.ts';
export * from './mint/plan-mint-report.ts';
export * from './orders/order-conditions.ts';
export * from './orders/parse-wheres.ts';
