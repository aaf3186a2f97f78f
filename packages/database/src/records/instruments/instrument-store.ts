import type { Tenant } from '@hourglass/query';
import type {
  BucketsRequest,
  Figures,
  FiguresByDate,
  InstrumentResource,
  InstrumentsRequest,
  InstrumentStore,
  InstrumentTotals,
} from '@hourglass/reports';
import type { Queryable, ScopedPool } from '../../connection/scoped-pool.ts';
import { servedByDatabase } from '../../connection/database-errors.ts';
import { listInstruments } from './list-instruments.ts';
import { selectByDate, selectTotals } from './statistics-sql.ts';

interface FiguresRow {
  readonly resource: InstrumentResource;
  /** An instrument or the date of a bucket. Null: the total of all instruments. */
  readonly key: string | null;
  readonly figures: Figures;
}

const dateFormats = { day: 'YYYY-MM-DD', month: 'YYYY-MM' };

export function createInstrumentStore(pool: ScopedPool): InstrumentStore {
  return {
    list: (tenant, page) => servedByDatabase(() => listInstruments(pool.within(tenant), tenant, page)),
    total: (tenant, request) => servedByDatabase(() => total(pool.within(tenant), tenant, request)),
    byDate: (tenant, request, buckets) =>
      servedByDatabase(() => byDate(pool.within(tenant), tenant, request, buckets)),
  };
}

async function total(
  pool: Queryable,
  tenant: Tenant,
  request: InstrumentsRequest,
): Promise<ReadonlyMap<InstrumentResource, InstrumentTotals>> {
  const rows = await select(
    pool,
    request.resources.map(selectTotals).join(' union all '),
    valuesOf(tenant, request),
  );
  return byResource(request, rows, (rowsOfResource) => ({
    total: rowsOfResource.find(({ key }) => key === null)?.figures ?? [],
    byInstrument: byKey(rowsOfResource),
  }));
}

async function byDate(
  pool: Queryable,
  tenant: Tenant,
  request: InstrumentsRequest,
  { unit, timeZone }: BucketsRequest,
): Promise<ReadonlyMap<InstrumentResource, FiguresByDate>> {
  const text = `${request.resources.map(selectByDate).join(' union all ')} order by key`;
  const rows = await select(pool, text, [...valuesOf(tenant, request), unit, timeZone, dateFormats[unit]]);
  return byResource(request, rows, byKey);
}

/**
 * Runs one statement for all resources. It is not prepared: a generic plan would assume ten
 * instruments and a short range for every request.
 */
async function select(
  pool: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<readonly FiguresRow[]> {
  const { rows } = await pool.query<FiguresRow>({ text, values: [...values] });
  return rows;
}

function valuesOf({ environmentId }: Tenant, { equipment, startMs, endExclusiveMs }: InstrumentsRequest) {
  return [environmentId, equipment, startMs / 1000, endExclusiveMs / 1000];
}

function byResource<Result>(
  { resources }: InstrumentsRequest,
  rows: readonly FiguresRow[],
  summarize: (rows: readonly FiguresRow[]) => Result,
): ReadonlyMap<InstrumentResource, Result> {
  return new Map(
    resources.map((resource) => [resource, summarize(rows.filter((row) => row.resource === resource))]),
  );
}

function byKey(rows: readonly FiguresRow[]): ReadonlyMap<string, Figures> {
  return new Map(rows.flatMap(({ key, figures }) => (key === null ? [] : [[key, figures] as const])));
}
