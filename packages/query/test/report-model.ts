import type { Fact } from './facts-relation.ts';
import { environmentId } from './facts-relation.ts';
import type { Operation, Plan, PlannedMetric, TimeUnit } from '../src/index.ts';

/**
 * What a report must contain, computed without SQL and without the catalogue: the columns' types are written
 * out here. It is slow and only meant for fact sets of a test.
 */
type Value = string | number | null;

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
const countedColumns: Record<string, string> = {
  app_count: 'developer_app',
  developer_count: 'developer',
  user_count: 'client_ip',
};

interface Key {
  readonly shown: string;
  /** Compared in turn: a null comes after every value. */
  readonly order: Buffer | bigint | null;
}

/** `isMeant` stands for the plan's filter, which is not looked at. */
export function expectedRows(
  plan: Plan,
  facts: readonly Fact[],
  isMeant: (fact: Fact) => boolean = () => true,
): readonly (readonly Value[])[] {
  const groups = new Map<string, { keys: readonly Key[]; time: Key | null; facts: Fact[]; ms: number }>();
  for (const fact of facts) {
    const ms = Date.parse(fact.timestamp);
    if ((fact.environment_id ?? environmentId) !== plan.tenant.environmentId) continue;
    if (ms < plan.range.startMs || ms >= plan.range.endExclusiveMs) continue;
    if (!isMeant(fact)) continue;
    const keys = plan.dimensions.map((name) => dimensionKey(name, fact, plan));
    const time = plan.timeUnit === null ? null : timeKey(ms, plan.timeUnit);
    const id = JSON.stringify([time?.shown, ...keys.map(({ shown }) => shown)]);
    const group = groups.get(id) ?? { keys, time, facts: [], ms };
    group.facts.push(fact);
    groups.set(id, group);
  }
  return [...groups.values()]
    .sort((left, right) => compareKeys([...times(left), ...left.keys], [...times(right), ...right.keys]))
    .slice(0, plan.limitRows ?? undefined)
    .map((group) => [
      ...plan.metrics.map((metric) => calculated(metric, group.facts, bucketLengthMs(plan, group.ms))),
      ...[...group.keys, ...times(group)].map(({ shown }) => shown),
    ]);
}

function times({ time }: { time: Key | null }): readonly Key[] {
  return time === null ? [] : [time];
}

function compareKeys(left: readonly Key[], right: readonly Key[]): number {
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

function textKey(shown: string): Key {
  return { shown, order: Buffer.from(shown) };
}

function dimensionKey(name: string, fact: Fact, { tenant }: Plan): Key {
  const date = new Date(Date.parse(fact.timestamp));
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

/** The bucket by the text of the time: independent of the arithmetic that the tests of buckets use. */
function timeKey(ms: number, unit: TimeUnit): Key {
  const shownLength = { second: 19, minute: 16, hour: 13, day: 10, month: 7 };
  const rest = '0000-01-01 00:00:00';
  let startMs = ms;
  if (unit === 'week') while (new Date(startMs).getUTCDay() !== 1) startMs -= 86_400_000;
  const length = unit === 'week' ? shownLength.day : shownLength[unit];
  const text = new Date(startMs).toISOString().replace('T', ' ').slice(0, length);
  return textKey(`${text}${rest.slice(length)} UTC`);
}

/** Of the bucket that the time lies in, by the calendar. */
function bucketLengthMs({ timeUnit, range }: Plan, ms: number): number {
  if (timeUnit === null) return range.endExclusiveMs - range.startMs;
  const date = new Date(ms);
  const monthMs = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  const month = (monthMs(1) - monthMs(0)) / 1_000;
  return { second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800, month }[timeUnit] * 1_000;
}

function calculated(planned: PlannedMetric, facts: readonly Fact[], lengthMs: number): Value {
  const rates: Record<string, bigint> = { tps: 1_000n, tpm: 60_000n };
  const factor = rates[planned.metric];
  if (factor === undefined) return operated(measured(planned, facts), planned.operation);
  const calls = measured({ metric: 'message_count', function: 'sum', alias: '' }, facts);
  const rate = calls === null ? null : Number(BigInt(calls) * factor) / lengthMs;
  return operated(rate, planned.operation);
}

function operated(aggregate: Value, operation: Operation | undefined): Value {
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

function measured({ metric, function: name }: PlannedMetric, facts: readonly Fact[]): Value {
  const counted = countedColumns[metric];
  const column = counted ?? (metric === 'error_count' ? 'is_error' : metric);
  const values = facts.map((fact) => fact[column] ?? null).filter((value) => value !== null);
  if (counted !== undefined) return String(new Set(values).size);
  if (values.length === 0) return null;
  // Decimals are counted in millionths, so that the sum is exact.
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
    case null:
      throw new Error(`no function for ${metric}`);
    default:
      return name satisfies never;
  }
}

export function toMillionths(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const magnitude = BigInt(whole + fraction.padEnd(6, '0'));
  return decimal.startsWith('-') ? -magnitude : magnitude;
}

function shownNumber(units: bigint, scale: number): Value {
  return scale === 1 ? String(units) : Number(units) / scale;
}
