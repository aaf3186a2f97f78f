import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Prisma } from '../generated/client.ts';

/** A kind of read that one statement can do for many. Rows come as JSON shows them: times are texts. */
interface ReadOfMany<Asked> {
  /** The same key is read once. */
  readonly keyOf: (asked: Asked) => string;
  /**
   * Selects at most one row for each key, with the key in the column `key`. The text is always the same, only values
   * change. Nothing that is asked for may make the statement fail, because it would fail for everybody: no NUL in a
   * text, no other text where the database expects a UUID.
   */
  readonly select: (asked: ReadonlyMap<string, Asked>) => Prisma.Sql;
}

interface KeyedRow {
  readonly key: string;
}

/** Makes a function that reads the row of one thing; null: there is none. */
export type GatherReads = <Asked, Row extends KeyedRow>(
  read: ReadOfMany<Asked>,
) => (asked: Asked) => Promise<Row | null>;

/** By the number of the kind of read. */
type Selects = Map<number, () => Prisma.Sql>;
type RowsByKey = ReadonlyMap<string, KeyedRow>;
type Found = ReadonlyMap<number, RowsByKey>;

interface Batch {
  readonly selects: Selects;
  readonly found: Promise<Found>;
}

/**
 * Whatever is read while the event loop handles what has arrived, or while an earlier batch is underway, comes with
 * one statement: twenty clients that poll together cost one round trip, where each of them took three. A batch is
 * sent after everything in it was asked for, so everybody sees what was committed before they asked. Nothing is kept.
 */
export function gatherReads(pool: Pool): GatherReads {
  let kinds = 0;
  let gathering: Batch | null = null;
  let underway: Promise<void> | null = null;

  function open(): Batch {
    const selects: Selects = new Map();
    return { selects, found: readWhenFree(selects) };
  }

  async function readWhenFree(selects: Selects): Promise<Found> {
    await (underway ?? nextTurn());
    gathering = null;
    const found = readTogether(pool, selects);
    const free = () => {
      underway = null;
    };
    underway = found.then(free, free);
    return found;
  }

  return <Asked, Row>(read: ReadOfMany<Asked>) => {
    const kind = kinds;
    kinds += 1;
    let batch: Batch | null = null;
    let asked = new Map<string, Asked>();
    return async (one: Asked) => {
      gathering ??= open();
      if (batch !== gathering) {
        const askedOfBatch = new Map<string, Asked>();
        gathering.selects.set(kind, () => read.select(askedOfBatch));
        batch = gathering;
        asked = askedOfBatch;
      }
      const key = read.keyOf(one);
      asked.set(key, one);
      const found = await batch.found;
      return (found.get(kind)?.get(key) ?? null) as Row | null;
    };
  };
}

/** One column for each kind, with its rows as a JSON array. */
async function readTogether(pool: Pool, selects: Selects): Promise<Found> {
  // In one order, so that the same kinds make the same statement, which every connection prepares once.
  const kinds = [...selects].toSorted(([a], [b]) => a - b);
  const columns = kinds.map(([, select]) => Prisma.sql`(select json_agg(row) from (${select()}) row)`);
  const { text, values } = Prisma.sql`select ${Prisma.join(columns)}`;
  const name = `read-${kinds.map(([kind]) => kind).join('-')}`;
  const { rows } = await pool.query<(readonly KeyedRow[] | null)[]>({ name, rowMode: 'array', text, values });
  return new Map(kinds.map(([kind], column) => [kind, byKey(rows[0]?.[column] ?? [])]));
}

function byKey(rows: readonly KeyedRow[]): RowsByKey {
  return new Map(rows.map((row) => [row.key, row]));
}
