import type { OrganizationScope } from '../connection/scope.ts';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import type { Sql } from '../connection/sql.ts';
import { createBatches, type Batch, type Batches, type KeyedRow } from './read-batches.ts';

/**
 * A kind of read that one statement does for many inputs. Rows arrive as JSON: times are strings.
 */
interface BatchedRead<Input, Row, Value> {
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
  /** Called once per key. All callers with the key share the value. */
  readonly valueOf: (row: Row) => Value;
}

/**
 * Makes a function that reads one value; null: there is no row. The function throws
 * `ServiceUnavailable` when the database is unreachable or refuses service.
 */
export type GatherReads = <Input, Row extends KeyedRow, Value>(
  read: BatchedRead<Input, Row, Value>,
) => (input: Input) => Promise<Value | null>;

/**
 * Batches the reads that an API request needs before it starts (token, tenant, custom fields,
 * limits, polled query) into one statement: twenty clients that poll at the same time cost one
 * round trip instead of sixty. A batch collects the reads that are requested while the event loop
 * handles its current events, and while earlier batches run. It is sent afterwards, so every caller
 * sees what was committed before its request. Nothing is cached.
 *
 * The readers have their own folder because one statement selects for accounts and for queries: it
 * can only be sent by `pg`, while accounts/ otherwise uses Prisma.
 */
export function gatherReads(pool: ScopedPool): GatherReads {
  const batches = createBatches(pool);
  let kinds = 0;
  return (read) => {
    const kind = kinds;
    kinds += 1;
    return readerOf(batches, kind, read);
  };
}

function readerOf<Input, Row extends KeyedRow, Value>(
  batches: Batches,
  kind: number,
  read: BatchedRead<Input, Row, Value>,
): (input: Input) => Promise<Value | null> {
  let batch: Batch | null = null;
  let inputs = new Map<string, Input>();
  let values = new Map<string, Promise<Value | null>>();

  function join(joined: Batch): void {
    const inputsOfBatch = new Map<string, Input>();
    joined.selects.set(kind, () => read.select(inputsOfBatch));
    batch = joined;
    inputs = inputsOfBatch;
    values = new Map();
  }

  function ask({ found, tenants }: Batch, key: string, input: Input): Promise<Value | null> {
    inputs.set(key, input);
    const tenant = read.tenantOf?.(input);
    if (tenant !== undefined) tenants.set(JSON.stringify(tenant), tenant);
    const value = found.then((rows) => {
      const row = rows.get(kind)?.get(key);
      return row === undefined ? null : read.valueOf(row as Row);
    });
    values.set(key, value);
    return value;
  }

  return (input) => {
    const collecting = batches.collecting();
    if (batch !== collecting) join(collecting);
    const key = read.keyOf(input);
    const value = values.get(key) ?? ask(collecting, key, input);
    batches.count(collecting);
    return value;
  };
}
