/**
 * Runs `work` on at most `maxConcurrent` items at a time and yields the results in the order of the
 * items. When the results end, fail or are abandoned by the consumer, no call of `work` is still
 * running.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  maxConcurrent: number,
): AsyncGenerator<Result, void> {
  const running: Promise<Result>[] = [];
  async function* finished(downTo: number): AsyncGenerator<Result, void> {
    while (running.length > downTo) {
      const oldest = running.shift();
      if (oldest !== undefined) yield await oldest;
    }
  }
  try {
    for await (const item of items) {
      const result = work(item);
      // Rethrown by `finished`, unless an earlier item fails first.
      result.catch(() => undefined);
      running.push(result);
      yield* finished(maxConcurrent - 1);
    }
    yield* finished(0);
  } finally {
    await Promise.allSettled(running);
  }
}
