import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import type { Pool } from 'pg';
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
type RowsByKey = ReadonlyMap<string, KeyedRow>;
type RowsByKind = ReadonlyMap<number, RowsByKey>;

interface Batch {
  readonly selects: Selects;
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
export function gatherReads(pool: Pool): GatherReads {
  let kinds = 0;
  let collecting: Batch | null = null;
  let running: Promise<void> | null = null;

  function openBatch(): Batch {
    const selects: Selects = new Map();
    return { selects, found: readWhenIdle(selects) };
  }

  async function readWhenIdle(selects: Selects): Promise<RowsByKind> {
    await (running ?? nextEventLoopTurn());
    collecting = null;
    const found = readBatch(pool, selects);
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
      const found = await batch.found;
      return (found.get(kind)?.get(key) ?? null) as Row | null;
    };
  };
}

/** Selects one column per kind, with its rows as a JSON array. */
async function readBatch(pool: Pool, selects: Selects): Promise<RowsByKind> {
  // Sorted, so that the same kinds make the same statement, which each connection prepares once.
  const kinds = [...selects].toSorted(([a], [b]) => a - b);
  const columns = kinds.map(([, select]) => sql`(select json_agg(row) from (${select()}) row)`);
  const { text, values } = sql`select ${joinSql(columns, ', ')}`;
  const name = `read-${kinds.map(([kind]) => kind).join('-')}`;
  const { rows } = await pool.query<(readonly KeyedRow[] | null)[]>({ name, rowMode: 'array', text, values });
  return new Map(kinds.map(([kind], column) => [kind, byKey(rows[0]?.[column] ?? [])]));
}

function byKey(rows: readonly KeyedRow[]): RowsByKey {
  return new Map(rows.map((row) => [row.key, row]));
}
