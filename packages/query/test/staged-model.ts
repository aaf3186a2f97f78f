import type { Plan, PlannedMetric, TimeRange, TimeUnit } from '../src/index.ts';
import type { Fact } from './facts-relation.ts';
import type { ModelFilter } from './filter-model.ts';
import { zoneClock } from './zone-clock.ts';
import {
  bucketLengthMs,
  calculated,
  compareKeys,
  groupsOf,
  type Key,
  localStart,
  matchingFacts,
  operated,
  textKey,
  type Value,
} from './report-model.ts';

/** A row before it is selected. Values and previous values are those of the plan's metrics. */
interface Row {
  readonly keys: readonly Key[];
  /** Number of the bucket in its range; 0 without a time unit. */
  readonly bucket: number;
  readonly facts: readonly Fact[];
  values: readonly Value[];
  previous: readonly Value[];
}

/** The columns of a row by name, as `having` reads them. */
export type ShownRow = Readonly<Record<string, Value>>;

export interface ModelConditions {
  readonly filter: ModelFilter['matches'];
  readonly having: (row: ShownRow) => boolean;
}

/** Computes the rows of a report whose rows depend on one another, in plain loops. */
export function expectedStagedRows(
  plan: Plan,
  facts: readonly Fact[],
  { filter, having }: ModelConditions,
): readonly (readonly Value[])[] {
  const rows = withParts(plan, allRows(plan, facts, filter));
  const shown = rows.map((row) => ({ row, cells: cellsOf(plan, row) }));
  const names = columnNames(plan);
  const selected = shown.filter(({ cells }) =>
    having(Object.fromEntries(names.map((name, index) => [name, cells[index] ?? null]))),
  );
  const sorted = selected.toSorted((left, right) => compareRows(plan, left, right));
  const limit = plan.limitRows ?? sorted.length;
  const kept = sorted.slice(0, limit).map(({ cells }) => cells);
  const others = sorted.slice(limit).map(({ row }) => row);
  return plan.others === true && others.length > 0 ? [...kept, othersOf(plan, others, rows)] : kept;
}

/** Computes the rows of statistics: of groups that are selected and ordered by their whole range. */
export function expectedStagedGroups(
  plan: Plan,
  facts: readonly Fact[],
  { filter, having }: ModelConditions,
): readonly (readonly Value[])[] {
  const { groups, fillGaps: _, ...rest } = plan;
  if (groups === undefined) throw new Error('the plan selects no groups');
  const whole: Plan = { ...rest, timeUnit: null };
  const all = withParts(whole, allRows(whole, facts, filter));
  const names = columnNames(whole);
  const matching = all.filter((row) => {
    const cells = cellsOf(whole, row);
    return having(Object.fromEntries(names.map((name, index) => [name, cells[index] ?? null])));
  });
  const sorted = matching.toSorted((left, right) => {
    for (const index of groups.sortBy) {
      const difference = compareValues(
        left.values[index] ?? null,
        right.values[index] ?? null,
        groups.descending,
      );
      if (difference !== 0) return difference;
    }
    return compareKeys(left.keys, right.keys);
  });
  const end = groups.offset + groups.limit;
  const chosen = sorted.slice(groups.offset, end);
  const limit = plan.limitRows ?? Infinity;
  if (plan.timeUnit === null) {
    const others = plan.others === true ? sorted.slice(end) : [];
    const last = others.length === 0 ? [] : [othersOf(whole, others, all)];
    return [...chosen.map((row) => cellsOf(whole, row)), ...last].slice(0, limit);
  }
  const nameOf = ({ keys }: Row) => JSON.stringify(keys.map(({ shown }) => shown));
  const positions = new Map(chosen.map((row, index) => [nameOf(row), index]));
  const direction = groups.newestFirst ? -1 : 1;
  return withParts(plan, allRows(plan, facts, filter))
    .flatMap((row) => ({ row, position: positions.get(nameOf(row)) ?? -1 }))
    .filter(({ position }) => position >= 0)
    .toSorted(
      (left, right) => left.position - right.position || direction * (left.row.bucket - right.row.bucket),
    )
    .map(({ row }) => cellsOf(plan, row))
    .slice(0, limit);
}

function allRows(plan: Plan, facts: readonly Fact[], filter: ModelFilter['matches']): readonly Row[] {
  const rows = new Map<string, Row>();
  const idOf = ({ keys, bucket }: Pick<Row, 'keys' | 'bucket'>) =>
    JSON.stringify([bucket, ...keys.map(({ shown }) => shown)]);
  const absent = plan.metrics.map((metric) => (plan.fillGaps === true ? zeroOf(metric) : null));
  for (const row of rowsOf(plan, plan.range, facts, filter)) {
    rows.set(idOf(row), { ...row, previous: absent });
  }
  const { comparedRange } = plan;
  // The clock walks from bucket to bucket.
  const buckets = countBuckets(plan, plan.range);
  for (const row of comparedRange === undefined ? [] : rowsOf(plan, comparedRange, facts, filter)) {
    if (row.bucket >= buckets) continue;
    const same = rows.get(idOf(row));
    if (same === undefined) rows.set(idOf(row), { ...row, facts: [], values: absent, previous: row.values });
    else same.previous = row.values;
  }
  if (plan.fillGaps !== true) return [...rows.values()];
  const combinations = new Map([...rows.values()].map(({ keys }) => [idOf({ keys, bucket: 0 }), keys]));
  // Dimensions of the tenant have their one value even without facts.
  const tenant = plan.dimensions.flatMap((name) =>
    name === 'organization' || name === 'environment' ? [textKey(plan.tenant[name])] : [],
  );
  if (tenant.length === plan.dimensions.length) combinations.set(idOf({ keys: tenant, bucket: 0 }), tenant);
  for (const keys of combinations.values()) {
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      const empty = { keys, bucket, facts: [], values: absent, previous: absent };
      if (!rows.has(idOf(empty))) rows.set(idOf(empty), empty);
    }
  }
  return [...rows.values()];
}

function rowsOf(
  plan: Plan,
  range: TimeRange,
  facts: readonly Fact[],
  filter: ModelFilter['matches'],
): readonly Row[] {
  const ranged = { ...plan, range };
  return groupsOf(ranged, plan.timeUnit, matchingFacts(ranged, facts, filter)).map((group) => ({
    keys: group.keys,
    bucket: bucketOf(plan, range, group.ms),
    facts: group.facts,
    values: plan.metrics.map((metric) => aggregateOf(metric, group.facts, ranged, group.ms)),
    previous: [],
  }));
}

/** The value before a division by the whole. */
function aggregateOf(
  { operation, ...metric }: PlannedMetric,
  facts: readonly Fact[],
  plan: Plan,
  ms: number,
): Value {
  const whole = metric.part !== undefined || operation === undefined;
  return calculated(whole ? metric : { ...metric, operation }, facts, plan, bucketLengthMs(plan, ms));
}

/** Sums, counts and rates of no facts are 0. */
function zeroOf({ operation, part, ...metric }: PlannedMetric): Value {
  const isRate = ['tps', 'tpm'].includes(metric.metric);
  const isCount = ['app_count', 'developer_count', 'user_count'].includes(metric.metric);
  if (metric.function !== 'sum' && metric.function !== 'count_distinct' && !isRate && !isCount) return null;
  const zero = isRate || isFloatSum(metric) ? 0 : '0';
  return part === undefined ? operated(zero, operation) : zero;
}

function isFloatSum({ metric, function: name }: PlannedMetric): boolean {
  return (
    name === 'sum' && (metric === 'fees' || metric === 'dcRatio' || metric.startsWith('x_apigee_mintng_'))
  );
}

function withParts(plan: Plan, rows: readonly Row[]): readonly Row[] {
  const divided = (values: 'values' | 'previous') =>
    plan.metrics.map((metric, index) => {
      const valueOf = (row: Row) => row[values][index] ?? null;
      if (metric.part === undefined) return rows.map(valueOf);
      const wholeOf = ({ bucket }: Row) => (metric.part?.within === 'time' ? bucket : 0);
      const parts = new Map<number, Value[]>();
      for (const row of rows) {
        const whole = wholeOf(row);
        const earlier = parts.get(whole);
        if (earlier === undefined) parts.set(whole, [valueOf(row)]);
        else earlier.push(valueOf(row));
      }
      const sums = new Map([...parts].map(([whole, all]) => [whole, sumOf(all)]));
      return rows.map((row) => partOf(metric, valueOf(row), sums.get(wholeOf(row)) ?? null));
    });
  const [values, previous] = [divided('values'), divided('previous')];
  return rows.map((row, index) => ({
    ...row,
    values: values.map((column) => column[index] ?? null),
    previous: plan.comparedRange === undefined ? [] : previous.map((column) => column[index] ?? null),
  }));
}

function partOf({ part, operation }: PlannedMetric, value: Value, sum: Value): Value {
  if (part?.of === 'total') return operated(sum, operation);
  const isUnknown = value === null || sum === null || Number(sum) === 0;
  return operated(isUnknown ? null : Number(value) / Number(sum), operation);
}

function sumOf(values: readonly Value[]): Value {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  if (known.every((value) => typeof value === 'string'))
    return String(known.reduce((sum, value) => sum + BigInt(value), 0n));
  return known.reduce<number>((sum, value) => sum + Number(value), 0);
}

function cellsOf(plan: Plan, { keys, bucket, values, previous }: Row): readonly Value[] {
  const metrics = values.flatMap((value, index) =>
    plan.comparedRange === undefined
      ? [value]
      : [value, previous[index] ?? null, changeOf(value, previous[index] ?? null)],
  );
  const time = plan.timeUnit === null ? [] : [shownBucket(plan, plan.timeUnit, bucket)];
  return [...metrics, ...keys.map(({ shown }) => shown), ...time];
}

function changeOf(value: Value, previous: Value): Value {
  if (value === null || previous === null || Number(previous) === 0) return null;
  const difference =
    typeof value === 'string' && typeof previous === 'string'
      ? Number(BigInt(value) - BigInt(previous))
      : Number(value) - Number(previous);
  return difference / Number(previous);
}

function columnNames({ metrics, dimensions, timeUnit, comparedRange }: Plan): readonly string[] {
  const suffixes = comparedRange === undefined ? [''] : ['', '_previous', '_change'];
  const time = timeUnit === null ? [] : [timeUnit];
  return [
    ...metrics.flatMap(({ alias }) => suffixes.map((suffix) => alias + suffix)),
    ...dimensions,
    ...time,
  ];
}

interface ShownCells {
  readonly row: Row;
  readonly cells: readonly Value[];
}

function compareRows(plan: Plan, left: ShownCells, right: ShownCells): number {
  const names = columnNames(plan);
  const metrics = names.length - plan.dimensions.length - (plan.timeUnit === null ? 0 : 1);
  for (const { column, descending } of plan.orderBy ?? []) {
    const index = names.indexOf(column);
    const difference =
      index < metrics
        ? compareValues(left.cells[index] ?? null, right.cells[index] ?? null, descending)
        : compareDimension(plan, column, left.row, right.row, descending);
    if (difference !== 0) return difference;
  }
  return left.row.bucket - right.row.bucket || compareKeys(left.row.keys, right.row.keys);
}

function compareDimension(plan: Plan, name: string, left: Row, right: Row, descending: boolean): number {
  const direction = descending ? -1 : 1;
  if (name === plan.timeUnit) return direction * (left.bucket - right.bucket);
  const index = plan.dimensions.indexOf(name);
  const [one, other] = [left.keys[index], right.keys[index]];
  if (one === undefined || other === undefined) throw new Error(`no dimension ${name}`);
  // A missing value comes last in both directions.
  return one.order === null || other.order === null
    ? compareKeys([one], [other])
    : direction * compareKeys([one], [other]);
}

function compareValues(left: Value, right: Value, descending: boolean): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  const [one, other] =
    typeof left === 'string' && typeof right === 'string'
      ? [BigInt(left), BigInt(right)]
      : [Number(left), Number(right)];
  const difference = one < other ? -1 : Number(one > other);
  return descending ? -difference : difference;
}

function othersOf(plan: Plan, others: readonly Row[], all: readonly Row[]): readonly Value[] {
  const facts = others.flatMap((row) => row.facts);
  const values = plan.metrics.map((metric, index) => {
    const value = aggregateOf(metric, facts, plan, 0);
    if (metric.part === undefined) return value;
    const wholes = all.flatMap((row) => row.facts);
    const whole = aggregateOf(metric, wholes, plan, 0);
    return partOf({ ...metric, metric: String(index) }, value, sumOf([whole]));
  });
  const constant = { organization: plan.tenant.organization, environment: plan.tenant.environment };
  return [...values, ...plan.dimensions.map((name) => constant[name as keyof typeof constant] ?? '(others)')];
}

function countBuckets(plan: Plan, range: TimeRange): number {
  return bucketOf(plan, range, range.endExclusiveMs - 1) + 1;
}

/** Number of the bucket of a time in a range. */
function bucketOf(plan: Plan, range: TimeRange, ms: number): number {
  const { timeUnit, timeZone, utcOffsetMinutes = 0 } = plan;
  if (timeZone !== undefined && timeUnit !== null) {
    const { startMs } = zoneClock(timeZone.name).bucket(ms, timeUnit);
    return bucketStarts(timeZone.name, timeUnit, range).indexOf(startMs);
  }
  const offsetMs = utcOffsetMinutes * 60_000;
  return bucketBetween(plan, range.startMs + offsetMs, ms + offsetMs);
}

const knownStarts = new Map<string, readonly number[]>();

/** Walks from bucket to bucket as a clock of the zone shows them. */
function bucketStarts(name: string, unit: TimeUnit, range: TimeRange): readonly number[] {
  const key = JSON.stringify([name, unit, range]);
  const known = knownStarts.get(key);
  if (known !== undefined) return known;
  const starts: number[] = [];
  let { startMs, endExclusiveMs } = zoneClock(name).bucket(range.startMs, unit);
  for (;;) {
    starts.push(startMs);
    if (endExclusiveMs >= range.endExclusiveMs) break;
    ({ startMs, endExclusiveMs } = zoneClock(name).bucket(endExclusiveMs, unit));
  }
  knownStarts.set(key, starts);
  return starts;
}

const seconds: Partial<Record<TimeUnit, number>> = {
  ...{ second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800 },
};
const months: Partial<Record<TimeUnit, number>> = { month: 1, quarter: 3, year: 12 };

/** Buckets from that of one local time to that of another. */
function bucketBetween({ timeUnit }: Plan, fromMs: number, toMs: number): number {
  if (timeUnit === null) return 0;
  const [from, to] = [fromMs, toMs].map((ms) => new Date(localStart(ms, timeUnit, 0)));
  if (from === undefined || to === undefined) throw new Error('no times');
  const length = seconds[timeUnit];
  if (length !== undefined) return (to.getTime() - from.getTime()) / (length * 1_000);
  const between = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return between / (months[timeUnit] ?? Number.NaN);
}

function shownBucket(plan: Plan, unit: TimeUnit, bucket: number): string {
  const { timeZone } = plan;
  if (timeZone !== undefined)
    return zoneClock(timeZone.name).showWithOffset(
      bucketStarts(timeZone.name, unit, plan.range)[bucket] ?? Number.NaN,
    );
  const offsetMs = (plan.utcOffsetMinutes ?? 0) * 60_000;
  const start = new Date(localStart(plan.range.startMs + offsetMs, unit, 0));
  const length = seconds[unit];
  if (length === undefined) start.setUTCMonth(start.getUTCMonth() + bucket * (months[unit] ?? Number.NaN));
  else start.setTime(start.getTime() + bucket * length * 1_000);
  const shown = new Date(start.getTime() - offsetMs).toISOString().replace('T', ' ').slice(0, 19);
  return textKey(`${shown} UTC`).shown;
}
