/**
 * What `work` makes of every item, in the order of the items, with at most `maxUnderWay` of them under way. Nothing
 * is under way any more when the results end, fail, or are no longer asked for.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  maxUnderWay: number,
): AsyncGenerator<Result, void> {
  const underWay: Promise<Result>[] = [];
  async function* finished(downTo: number): AsyncGenerator<Result, void> {
    while (underWay.length > downTo) {
      const oldest = underWay.shift();
      if (oldest !== undefined) yield await oldest;
    }
  }
  try {
    for await (const item of items) {
      const result = work(item);
      // It is met where its turn comes, which may be never when one before it fails.
      result.catch(() => undefined);
      underWay.push(result);
      yield* finished(maxUnderWay - 1);
    }
    yield* finished(0);
  } finally {
    await Promise.allSettled(underWay);
  }
}
