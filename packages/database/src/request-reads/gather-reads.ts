import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import type { OrganizationScope } from '../connection/scope.ts';
import type { QueryArrayConfig } from 'pg';
import { joinSql, sql, type Sql } from '../connection/sql.ts';

/**
 * A kind of read that one statement does for many inputs. Rows arrive as JSON: times are strings.
 */
interface BatchedRead<Input> {
  /** Inputs with the same key are read once. */
  readonly keyOf: (input: Input) => string;
  /**
   * Selects at most one row per key, with the key in the column `key`. The text must not depend on
   * the inputs. No input may make the statement fail, because it would fail for every caller: no
   * NUL in a text, no malformed UUID.
   */
  readonly select: (inputsByKey: ReadonlyMap<string, Input>) => Sql;
  /**
   * The tenant whose queries or custom fields the input asks for. The statement sees those of the
   * tenants of its batch only. Without NUL characters.
   */
  readonly tenantOf?: (input: Input) => OrganizationScope;
}

interface KeyedRow {
  readonly key: string;
}

/** Makes a function that reads one row; null: there is none. */
export type GatherReads = <Input, Row extends KeyedRow>(
  read: BatchedRead<Input>,
) => (input: Input) => Promise<Row | null>;

/** By the number of the kind of read. */
type Selects = Map<number, () => Sql>;
/** By their names. */
type Tenants = Map<string, OrganizationScope>;
type RowsByKey = ReadonlyMap<string, KeyedRow>;
type RowsByKind = ReadonlyMap<number, RowsByKey>;

interface Batch {
  readonly selects: Selects;
  readonly tenants: Tenants;
  readonly found: Promise<RowsByKind>;
}

/**
 * Batches the reads that an API request needs before it starts (token, tenant, custom fields,
 * limits, polled query) into one statement: twenty clients that poll at the same time cost one
 * round trip instead of sixty. A batch collects the reads that are requested while the event loop
 * handles its current events or while the previous batch is running. It is sent afterwards, so
 * every caller sees what was committed before its request. Nothing is cached.
 *
 * The readers have their own folder because one statement selects for accounts and for queries: it
 * can only be sent by `pg`, while accounts/ otherwise uses Prisma.
 */
export function gatherReads(pool: ScopedPool): GatherReads {
  let kinds = 0;
  let collecting: Batch | null = null;
  let running: Promise<void> | null = null;

  function openBatch(): Batch {
    const selects: Selects = new Map();
    const tenants: Tenants = new Map();
    return { selects, tenants, found: readWhenIdle(selects, tenants) };
  }

  async function readWhenIdle(selects: Selects, tenants: Tenants): Promise<RowsByKind> {
    await (running ?? nextEventLoopTurn());
    collecting = null;
    const found = readBatch(pool, selects, [...tenants.values()]);
    const finish = () => {
      running = null;
    };
    running = found.then(finish, finish);
    return found;
  }

  return <Input, Row>(read: BatchedRead<Input>) => {
    const kind = kinds;
    kinds += 1;
    let batch: Batch | null = null;
    let inputs = new Map<string, Input>();
    return async (input: Input) => {
      collecting ??= openBatch();
      if (batch !== collecting) {
        const inputsOfBatch = new Map<string, Input>();
        collecting.selects.set(kind, () => read.select(inputsOfBatch));
        batch = collecting;
        inputs = inputsOfBatch;
      }
      const key = read.keyOf(input);
      inputs.set(key, input);
      const tenant = read.tenantOf?.(input);
      if (tenant !== undefined) batch.tenants.set(JSON.stringify(tenant), tenant);
      const found = await batch.found;
      return (found.get(kind)?.get(key) ?? null) as Row | null;
    };
  };
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
