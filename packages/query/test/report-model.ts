import type { Fact } from './facts-relation.ts';
import { environmentId } from './facts-relation.ts';
import type { ModelFilter } from './filter-model.ts';
import { toMillionths } from './millionths.ts';
import { localDate, zoneClock } from './zone-clock.ts';
import type { Operation, Plan, PlannedMetric, TimeUnit } from '../src/index.ts';

/**
 * A model of reports: computes expected rows without SQL and without the catalogue. It repeats the
 * types of columns. Only fast enough for small sets of facts.
 */
export type Value = string | number | null;

const decimals = new Set([
  'fees',
  'x_apigee_mintng_dev_share',
  'x_apigee_mintng_price',
  'x_apigee_mintng_price_multiplier',
  'x_apigee_mintng_rate',
  'dcRatio',
]);
const integerDimensions = new Set(['apiproxy_revision', 'response_status_code', 'target_response_code']);
const timestampDimensions = new Set(['created', 'period_start', 'period_end', 'dc_due']);
const booleanDimensions = new Set(['dc_ok']);
const dimensionsWithoutColumn = new Set([
  ...['organization', 'environment', 'ax_day_of_week', 'ax_month_of_year', 'ax_hour_of_day'],
  'ax_week_of_month',
]);
const countedColumns: Record<string, string> = {
  app_count: 'developer_app',
  developer_count: 'developer',
  user_count: 'client_ip',
};

export interface Key {
  readonly shown: string;
  /** Sort keys in order of precedence; nulls last. */
  readonly order: Buffer | bigint | null;
}

export interface Group {
  readonly keys: readonly Key[];
  readonly time: Key | null;
  readonly facts: Fact[];
  /** Time of any fact of the group. */
  readonly ms: number;
}

/** Uses `matches` in place of the plan's filter. */
export function expectedRows(
  plan: Plan,
  facts: readonly Fact[],
  matches: ModelFilter['matches'] = () => true,
): readonly (readonly Value[])[] {
  return inOrder(plan, matchingFacts(plan, facts, matches))
    .slice(0, plan.limitRows ?? undefined)
    .map((group) => [
      ...plan.metrics.map((metric) => calculated(metric, group.facts, plan, bucketLengthMs(plan, group.ms))),
      ...[...group.keys, ...times(group)].map(({ shown }) => shown),
    ]);
}

export function matchingFacts(
  { range, tenant, timeZone }: Plan,
  facts: readonly Fact[],
  matches: ModelFilter['matches'],
): readonly Fact[] {
  return facts.filter((fact) => {
    const ms = Date.parse(fact.timestamp);
    const inRange = ms >= range.startMs && ms < range.endExclusiveMs;
    return (
      inRange &&
      (fact.environment_id ?? environmentId) === tenant.environmentId &&
      matches(fact, timeZone?.name)
    );
  });
}

function inOrder(plan: Plan, facts: readonly Fact[]): readonly Group[] {
  const byTime = (left: Group, right: Group) =>
    compareKeys([...times(left), ...left.keys], [...times(right), ...right.keys]);
  const { groups } = plan;
  if (groups === undefined) return groupsOf(plan, plan.timeUnit, facts).toSorted(byTime);
  return groupsOf(plan, null, facts)
    .map((group) => ({ group, order: orderOf(plan, group) }))
    .toSorted((left, right) => {
      for (const [index, value] of left.order.entries()) {
        const difference = compareValues(value, right.order[index] ?? null, groups.descending);
        if (difference !== 0) return difference;
      }
      return compareKeys(left.group.keys, right.group.keys);
    })
    .slice(groups.offset, groups.offset + groups.limit)
    .flatMap(({ group }) => {
      const buckets = groupsOf(plan, plan.timeUnit, group.facts).toSorted(byTime);
      return groups.newestFirst ? buckets.toReversed() : buckets;
    });
}

export function groupsOf(plan: Plan, unit: TimeUnit | null, facts: readonly Fact[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const fact of facts) {
    const ms = Date.parse(fact.timestamp);
    const keys = plan.dimensions.map((name) => dimensionKey(name, fact, plan));
    const time = unit === null ? null : timeKey(ms, unit, plan);
    const id = JSON.stringify([time?.shown, ...keys.map(({ shown }) => shown)]);
    const group = groups.get(id) ?? { keys, time, facts: [], ms };
    group.facts.push(fact);
    groups.set(id, group);
  }
  return [...groups.values()];
}

/** Returns the sort values of a group over the whole range, before rounding for display. */
function orderOf(plan: Plan, { facts }: Group): readonly (bigint | number | null)[] {
  const { metrics, groups, range } = plan;
  return (groups?.sortBy ?? []).map((index) => {
    const metric = metrics[index];
    if (metric === undefined) throw new Error(`no metric ${index}`);
    const value = calculated(metric, facts, plan, range.endExclusiveMs - range.startMs);
    if (decimals.has(metric.metric) && ['sum', 'min', 'max'].includes(metric.function ?? '')) {
      const units = facts
        .flatMap((fact) => fact[metric.metric] ?? [])
        .map((unit) => toMillionths(String(unit)));
      if (units.length === 0) return null;
      if (metric.function === 'sum') return units.reduce((total, unit) => total + unit, 0n);
      const ordered = units.toSorted((left, right) => (left < right ? -1 : Number(left > right)));
      return ordered.at(metric.function === 'min' ? 0 : -1) ?? null;
    }
    return typeof value === 'string' ? BigInt(value) : value;
  });
}

function compareValues(
  left: bigint | number | null,
  right: bigint | number | null,
  descending: boolean,
): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  const difference = left < right ? -1 : Number(left > right);
  return descending ? -difference : difference;
}

function times({ time }: { time: Key | null }): readonly Key[] {
  return time === null ? [] : [time];
}

export function compareKeys(left: readonly Key[], right: readonly Key[]): number {
  for (const [index, { order }] of left.entries()) {
    const difference = compareOrder(order, right[index]?.order ?? null);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareOrder(left: Key['order'], right: Key['order']): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  if (typeof left === 'bigint' || typeof right === 'bigint') return left < right ? -1 : Number(left > right);
  return Buffer.compare(left, right);
}

export function textKey(shown: string): Key {
  return { shown, order: Buffer.from(shown) };
}

function dimensionKey(name: string, fact: Fact, { tenant, timeZone }: Plan): Key {
  const date = localDate(Date.parse(fact.timestamp), timeZone?.name);
  if (name === 'organization' || name === 'environment') return textKey(tenant[name]);
  if (name === 'ax_day_of_week') return textKey(date.toUTCString().slice(0, 3));
  if (name === 'ax_month_of_year') return textKey(date.toISOString().slice(5, 7));
  if (name === 'ax_hour_of_day') return textKey(date.toISOString().slice(11, 13));
  if (name === 'ax_week_of_month') return textKey(String(Math.ceil(date.getUTCDate() / 7)));
  const value = fact[name] ?? null;
  if (value === null) {
    const byValue =
      integerDimensions.has(name) || timestampDimensions.has(name) || booleanDimensions.has(name);
    return byValue ? { shown: '(not set)', order: null } : textKey('(not set)');
  }
  if (integerDimensions.has(name)) return { shown: String(value), order: BigInt(value) };
  if (timestampDimensions.has(name)) {
    const ms = Date.parse(String(value));
    return {
      shown: `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} UTC`,
      order: BigInt(ms),
    };
  }
  return textKey(String(value));
}

/** Derives the bucket from the text of the local time, unlike the tests of buckets. */
function timeKey(ms: number, unit: TimeUnit, { utcOffsetMinutes = 0, timeZone }: Plan): Key {
  if (timeZone !== undefined) {
    const clock = zoneClock(timeZone.name);
    const { startMs } = clock.bucket(ms, unit);
    return { shown: clock.showWithOffset(startMs), order: BigInt(startMs) };
  }
  const start = Date.parse(localStart(ms, unit, utcOffsetMinutes)) - utcOffsetMinutes * 60_000;
  return textKey(`${new Date(start).toISOString().replace('T', ' ').slice(0, 19)} UTC`);
}

export function localStart(ms: number, unit: TimeUnit, utcOffsetMinutes: number): string {
  const shownLength = {
    ...{ second: 19, minute: 16, hour: 13, day: 10, week: 10, month: 7, quarter: 7, year: 4 },
    ...{ decade: 3, century: 2, millennium: 1 },
  };
  let localMs = ms + utcOffsetMinutes * 60_000;
  if (unit === 'week') while (new Date(localMs).getUTCDay() !== 1) localMs -= 86_400_000;
  if (unit === 'quarter') while (new Date(localMs).getUTCMonth() % 3 !== 0) localMs -= 86_400_000;
  const length = shownLength[unit];
  return `${new Date(localMs).toISOString().slice(0, length)}${'0000-01-01T00:00:00'.slice(length)}Z`;
}

/** Returns the length of the bucket that contains a time, by the calendar. */
export function bucketLengthMs(
  { timeUnit, range, utcOffsetMinutes = 0, timeZone }: Plan,
  ms: number,
): number {
  if (timeUnit === null) return range.endExclusiveMs - range.startMs;
  if (timeZone !== undefined) {
    const { startMs, endExclusiveMs } = zoneClock(timeZone.name).bucket(ms, timeUnit);
    return endExclusiveMs - startMs;
  }
  const fixed: Record<string, number> = { second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800 };
  const seconds = fixed[timeUnit];
  if (seconds !== undefined) return seconds * 1_000;
  const calendar: Record<string, number> = { month: 1, quarter: 3, year: 12, decade: 120, century: 1_200 };
  const start = new Date(localStart(ms, timeUnit, utcOffsetMinutes));
  const end = new Date(start);
  end.setUTCMonth(start.getUTCMonth() + (calendar[timeUnit] ?? 12_000));
  return end.getTime() - start.getTime();
}

export function calculated(
  planned: PlannedMetric,
  facts: readonly Fact[],
  plan: Plan,
  lengthMs: number,
): Value {
  const rates: Record<string, bigint> = { tps: 1_000n, tpm: 60_000n };
  const factor = rates[planned.metric];
  if (factor === undefined) return operated(measured(planned, facts, plan), planned.operation);
  const calls = measured({ metric: 'message_count', function: 'sum', alias: '' }, facts, plan);
  const rate = calls === null ? null : Number(BigInt(calls) * factor) / lengthMs;
  return operated(rate, planned.operation);
}

export function operated(aggregate: Value, operation: Operation | undefined): Value {
  if (operation === undefined || aggregate === null) return aggregate;
  const { operator, value } = operation;
  if (typeof aggregate === 'string' && operator !== '/' && !value.includes('.')) {
    const [left, right] = [BigInt(aggregate), BigInt(value)];
    return String(
      { '+': left + right, '-': left - right, '*': left * right, '%': left % (right || 1n) }[operator],
    );
  }
  const [left, right] = [Number(aggregate), Number(value)];
  return { '+': left + right, '-': left - right, '*': left * right, '/': left / right, '%': left % right }[
    operator
  ];
}

/** Interpolates between the two nearest ranks. */
function percentileOf(sorted: readonly number[], percentile: number): number {
  const rank = ((sorted.length - 1) * percentile) / 100;
  const [low = 0, high = low] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low + (high - low) * (rank - Math.floor(rank));
}

function measured(planned: PlannedMetric, facts: readonly Fact[], plan: Plan): Value {
  const { metric, function: name, percentile = 0 } = planned;
  if (name === 'count_distinct') {
    const isDerived = dimensionsWithoutColumn.has(metric);
    const withValue = facts.filter((fact) => isDerived || (fact[metric] ?? null) !== null);
    return String(new Set(withValue.map((fact) => dimensionKey(metric, fact, plan).shown)).size);
  }
  const counted = countedColumns[metric];
  const column = counted ?? (metric === 'error_count' ? 'is_error' : metric);
  const values = facts.map((fact) => fact[column] ?? null).filter((value) => value !== null);
  if (counted !== undefined) return String(new Set(values).size);
  if (values.length === 0) return null;
  // Sums of decimals in millionths are exact.
  const scale = decimals.has(column) ? 1_000_000 : 1;
  const units = values.map((value) => (scale === 1 ? BigInt(value) : toMillionths(String(value))));
  const sum = units.reduce((total, unit) => total + unit, 0n);
  const ordered = units.toSorted((left, right) => (left < right ? -1 : Number(left > right)));
  switch (name) {
    case 'avg':
      return Number(sum) / scale / units.length;
    case 'sum':
      return shownNumber(sum, scale);
    case 'min':
      return shownNumber(ordered[0] ?? 0n, scale);
    case 'max':
      return shownNumber(ordered.at(-1) ?? 0n, scale);
    case 'percentile': {
      const numbers = ordered.map((unit) => Number(unit) / scale);
      return percentileOf(numbers, percentile);
    }
    case 'approx_percentile':
    case 'approx_distinct':
    case null:
      throw new Error(`the model has no function ${String(name)} for ${metric}`);
    default:
      return name satisfies never;
  }
}

function shownNumber(units: bigint, scale: number): Value {
  return scale === 1 ? String(units) : Number(units) / scale;
}
