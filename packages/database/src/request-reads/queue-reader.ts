import type { PastRun, QueueLoad, QueuePlace, QueueReads } from '@hourglass/reports';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from './gather-reads.ts';

interface PlaceRow extends QueuePlace {
  readonly key: string;
}

interface LoadRow {
  readonly key: string;
  readonly load: Readonly<Record<keyof QueueLoad, readonly unknown[]>>;
}

/** Every reader of the load has the same key. */
const theLoad = 'load';

/** Reads places in the queue. Ids are UUIDs that the caller may read. */
export function queueReader(reads: GatherReads): QueueReads {
  const placeOf = reads<string, PlaceRow, QueuePlace>({
    keyOf: (id) => id,
    select: (ids) => sql`
      select p.query_id as key, p.ours, p.others, p.is_retry as "isRetry", p.has_joined as "hasJoined", p.facts,
             p.equal_for_seconds as "equalForSeconds"
        from queue_places(${[...ids.keys()]}::uuid[]) p`,
    valueOf: (row) => row,
  });
  const loadOf = reads<string, LoadRow, QueueLoad>({
    keyOf: (key) => key,
    select: (keys) => sql`
      select key, queue_load() as load from unnest(${[...keys.keys()]}::text[]) as asked (key)`,
    valueOf: ({ load: { waiting, running, past } }) => ({
      waiting: waiting.map(Number),
      running: running.map(runOf),
      past: past.map(pastRunOf),
    }),
  });
  return {
    place: (id) => placeOf(id),
    async load() {
      const load = await loadOf(theLoad);
      if (load === null) throw new Error('the load of the queue is missing');
      return load;
    },
  };
}

function pastRunOf(row: unknown): PastRun {
  const [facts, seconds, createdAt, endedAt] = row as readonly [number, number, number, number];
  return { facts, seconds, createdAt, endedAt };
}

function runOf(pair: unknown): { readonly facts: number; readonly seconds: number } {
  const [facts, seconds] = pair as readonly [number, number];
  return { facts, seconds };
}
