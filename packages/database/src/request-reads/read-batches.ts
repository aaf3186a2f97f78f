import type { QueryArrayConfig } from 'pg';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { OrganizationScope } from '../connection/scope.ts';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import { joinSql, sql, type Sql } from '../connection/sql.ts';

export interface KeyedRow {
  readonly key: string;
}

type RowsByKey = ReadonlyMap<string, KeyedRow>;
type RowsByKind = ReadonlyMap<number, RowsByKey>;
/** By the number of the kind of read. */
type Selects = Map<number, () => Sql>;

/** Reads that one statement does. */
export interface Batch {
  readonly selects: Selects;
  /** By their names. */
  readonly tenants: Map<string, OrganizationScope>;
  readonly found: Promise<RowsByKind>;
  readonly resolve: (found: Promise<RowsByKind>) => void;
  reads: number;
  /** Whether the events are handled that the event loop had when the batch was opened. */
  isReady: boolean;
}

export interface Batches {
  /** The batch that collects reads. */
  collecting(): Batch;
  /** Counts a read of the batch, which is complete in it. */
  count(batch: Batch): void;
}

/** The API handles the rows of one batch while PostgreSQL runs the other. */
const maxRunning = 2;
/** While a batch runs, the next one waits for this many reads: small batches cost more for each. */
const earlyReads = 24;

/** Sends a batch when the current events are handled and earlier batches leave room. */
export function createBatches(pool: ScopedPool): Batches {
  let running = 0;
  let collecting: Batch | null = null;

  function openBatch(): Batch {
    const batch = newBatch();
    setImmediate(() => {
      batch.isReady = true;
      sendIfFree();
    });
    return batch;
  }

  function sendIfFree(): void {
    if (collecting === null || !maySend(collecting)) return;
    const { selects, tenants, resolve } = collecting;
    collecting = null;
    running += 1;
    const found = servedByDatabase(() => readBatch(pool, selects, [...tenants.values()]));
    const finish = () => {
      running -= 1;
      sendIfFree();
    };
    found.then(finish, finish);
    resolve(found);
  }

  function maySend({ isReady, reads }: Batch): boolean {
    return isReady && (running === 0 || (running < maxRunning && reads >= earlyReads));
  }

  return {
    collecting: () => (collecting ??= openBatch()),
    count(batch) {
      batch.reads += 1;
      if (batch.reads === earlyReads) sendIfFree();
    },
  };
}

function newBatch(): Batch {
  let resolve!: Batch['resolve'];
  const found = new Promise<RowsByKind>((resolveFound) => {
    resolve = resolveFound;
  });
  return { selects: new Map(), tenants: new Map(), found, resolve, reads: 0, isReady: false };
}

/** Selects one column per kind, with its rows as a JSON array. */
async function readBatch(
  pool: ScopedPool,
  selects: Selects,
  tenants: readonly OrganizationScope[],
): Promise<RowsByKind> {
  // Sorted, so that the same kinds make the same statement, which each connection prepares once.
  const kinds = [...selects].toSorted(([a], [b]) => a - b);
  const columns = kinds.map(([, select]) => sql`(select json_agg(row) from (${select()}) row)`);
  const { text, values } = sql`select ${joinSql(columns, ', ')}`;
  const name = `read-${kinds.map(([kind]) => kind).join('-')}`;
  const statement: QueryArrayConfig = { name, rowMode: 'array', text, values };
  const { rows } = await pool.within({ tenants }).query<(readonly KeyedRow[] | null)[]>(statement);
  return new Map(kinds.map(([kind], column) => [kind, byKey(rows[0]?.[column] ?? [])]));
}

function byKey(rows: readonly KeyedRow[]): RowsByKey {
  return new Map(rows.map((row) => [row.key, row]));
}
