import type { CustomerConsumption } from '@hourglass/reports';

/** Columns that repeat on every row of a subscription; null where the join found nothing. */
export interface LevelRow {
  readonly customerName: string;
  readonly number: string | null;
  readonly accountName: string;
  readonly startDate: string;
  readonly endDate: string | null;
  readonly levelName: string | null;
}

/**
 * Groups rows, sorted by subscription and service level, into a customer's consumption. Null
 * without rows: the customer is unknown.
 * @param levelOf makes a service level from its rows, at least one
 */
export function groupLevels<Row extends LevelRow, Level>(
  customerId: string,
  rows: readonly Row[],
  levelOf: (name: string, rows: readonly [Row, ...Row[]]) => Level,
): CustomerConsumption<Level> | null {
  const [first] = rows;
  if (first === undefined) return null;
  const subscriptions = groupConsecutive(rows, ({ number }) => number).map(([number, ofSubscription]) => {
    const [{ accountName, startDate, endDate }] = ofSubscription;
    const levels = groupConsecutive(ofSubscription, ({ levelName }) => levelName);
    const serviceLevels = levels.map(([name, ofLevel]) => levelOf(name, ofLevel));
    return { number, accountName, startDate, endDate, serviceLevels };
  });
  return { customer: { id: customerId, name: first.customerName }, subscriptions };
}

/** Groups consecutive rows with the same key; drops rows without one. */
function groupConsecutive<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string | null,
): [key: string, rows: [Row, ...Row[]]][] {
  const found: [string, [Row, ...Row[]]][] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const last = found.at(-1);
    if (last?.[0] === key) last[1].push(row);
    else if (key !== null) found.push([key, [row]]);
  }
  return found;
}
