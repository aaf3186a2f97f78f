/**
 * Runs `work` for each item, at most `atOnce` at the same time, and yields the results in the order of
 * the items. A result that is not taken yet counts as running, so that results do not pile up. After an
 * error, or when the caller stops, the signal of the others aborts, and they have ended when this ends.
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
  { atOnce, signal }: { readonly atOnce: number; readonly signal: AbortSignal },
): AsyncGenerator<Result, void> {
  const stopped = new AbortController();
  const within = AbortSignal.any([signal, stopped.signal]);
  const running: Promise<Result>[] = [];
  let started = 0;
  const fill = () => {
    while (running.length < atOnce && started < items.length) {
      const result = work(items[started] as Item, started, within);
      // Its error is thrown when its turn comes, or not at all after an earlier one.
      result.catch(() => undefined);
      running.push(result);
      started += 1;
    }
  };
  try {
    for (fill(); running.length > 0; fill()) {
      const result = await (running[0] as Promise<Result>);
      yield result;
      void running.shift();
    }
  } finally {
    stopped.abort(new Error('another part of the report has failed, or nothing reads it'));
    await Promise.allSettled(running);
  }
}
