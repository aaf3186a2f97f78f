import { planDigest, readRanges, type Catalogue, type Plan } from '@hourglass/query';

/** Changes besides those of datasets and records, as triggers of the database name them. */
const retention = 'retention';
const exchangeRates = 'exchange rates';

/** How a query finds equal ones, whose result it may share while nothing has changed that it reads. */
export interface Reuse {
  /** SHA-256 of the canonical JSON of the plan. */
  readonly key: Uint8Array;
  /** The datasets, records and other facts whose change may change the result. */
  readonly reads: readonly string[];
  /** Start of the first range. Null: the retention does not concern it. */
  readonly readsFrom: Date | null;
  /** False: the query runs itself, and equal ones may share its result. */
  readonly isAllowed: boolean;
}

/**
 * Describes the reuse of a plan. A plan has everything that changes a byte of the rows: resolved ranges and zones, names,
 * output format, ids of custom fields.
 */
export function reuseOf(plan: Plan, catalogue: Catalogue, isAllowed: boolean): Reuse {
  const records = catalogue.get(plan.dataset)?.records ?? [];
  // Records do not expire.
  const expires = records.length === 0;
  return {
    key: planDigest(plan),
    reads: [
      plan.dataset,
      ...records.map(({ name }) => name),
      ...(expires ? [retention] : []),
      ...(plan.targetCurrency === undefined ? [] : [exchangeRates]),
    ],
    readsFrom: expires ? new Date(Math.min(...readRanges(plan).map(({ startMs }) => startMs))) : null,
    isAllowed,
  };
}
