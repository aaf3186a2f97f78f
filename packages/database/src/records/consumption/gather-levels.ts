import type { CustomerConsumption } from '@hourglass/reports';

/** Columns that repeat on every row of a subscription; null where there is nothing to join. */
export interface LevelRow {
  readonly customerName: string;
  readonly number: string | null;
  readonly accountName: string;
  readonly startDate: string;
  readonly endDate: string | null;
  readonly levelName: string | null;
}

/**
 * Puts together what rows in the order of subscriptions and service levels say. Null without rows: no such customer.
 * @param levelOf is given the rows of one service level, at least one
 */
export function gatherLevels<Row extends LevelRow, Level>(
  customerId: string,
  rows: readonly Row[],
  levelOf: (name: string, rows: readonly [Row, ...Row[]]) => Level,
): CustomerConsumption<Level> | null {
  const [first] = rows;
  if (first === undefined) return null;
  const subscriptions = runs(rows, ({ number }) => number).map(([number, ofSubscription]) => {
    const [{ accountName, startDate, endDate }] = ofSubscription;
    const levels = runs(ofSubscription, ({ levelName }) => levelName);
    const serviceLevels = levels.map(([name, ofLevel]) => levelOf(name, ofLevel));
    return { number, accountName, startDate, endDate, serviceLevels };
  });
  return { customer: { id: customerId, name: first.customerName }, subscriptions };
}

/** Neighbours of the same key; those without any are left out. */
function runs<Row>(
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
