/**
 * Reads of one key that are asked for while one is underway wait for it and share the next: many clients that poll
 * together cost one read, and everybody sees what was there when they asked. Nothing is kept when none is underway.
 */
export function shareReads<Value>(): (key: string, read: () => Promise<Value>) => Promise<Value> {
  const underway = new Map<string, Underway<Value>>();

  function start(key: string, read: () => Promise<Value>): Promise<Value> {
    const value = read();
    const entry: Underway<Value> = { settled: value.then(ignore, ignore), next: null };
    underway.set(key, entry);
    void forgetUnlessAwaited(key, entry);
    return value;
  }

  async function forgetUnlessAwaited(key: string, entry: Underway<Value>): Promise<void> {
    await entry.settled;
    if (entry.next === null) underway.delete(key);
  }

  return (key, read) => {
    const running = underway.get(key);
    if (running === undefined) return start(key, read);
    running.next ??= running.settled.then(() => start(key, read));
    return running.next;
  };
}

interface Underway<Value> {
  readonly settled: Promise<void>;
  next: Promise<Value> | null;
}

function ignore(): void {}
