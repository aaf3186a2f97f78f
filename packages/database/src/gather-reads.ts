import { setImmediate as nextTurn } from 'node:timers/promises';

/** Answers the value of every key, in the order of the keys, of which no two are the same. */
type ReadMany<Key, Value> = (keys: readonly Key[]) => Promise<readonly Value[]>;

interface Batch<Key, Value> {
  readonly keys: Key[];
  /** Of each key in `keys`, by its name. */
  readonly places: Map<string, number>;
  readonly values: Promise<readonly Value[]>;
}

/**
 * Reads that are asked for while the event loop handles what has arrived, or while an earlier batch is underway,
 * become one read: many clients that poll together cost one statement. A batch begins after each of its keys was
 * asked for, so everybody sees what was committed before they asked. Nothing is kept.
 *
 * A batch that fails fails for everybody in it, so a key must not be able to make the statement fail: no NUL in a
 * text, nothing but UUIDs where the database expects one.
 */
export function gatherReads<Key, Value>(
  nameOf: (key: Key) => string,
  readMany: ReadMany<Key, Value>,
): (key: Key) => Promise<Value> {
  let gathering: Batch<Key, Value> | null = null;
  let underway: Promise<void> | null = null;

  function open(): Batch<Key, Value> {
    const keys: Key[] = [];
    return { keys, places: new Map(), values: readWhenFree(keys) };
  }

  async function readWhenFree(keys: readonly Key[]): Promise<readonly Value[]> {
    await (underway ?? nextTurn());
    gathering = null;
    const values = readMany(keys);
    const free = () => {
      underway = null;
    };
    underway = values.then(free, free);
    return values;
  }

  return async (key) => {
    const { keys, places, values } = (gathering ??= open());
    const name = nameOf(key);
    const place = places.get(name) ?? keys.push(key) - 1;
    places.set(name, place);
    return (await values)[place] as Value;
  };
}
