/**
 * Yields the items of a source in their order, and reads one item ahead while the caller handles another. A failure of the source is
 * thrown in its turn, after the items before it.
 */
export async function* readAhead<Item>(source: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  const read = () => {
    const next = source.next();
    // It is awaited only in its turn.
    next.catch(() => undefined);
    return next;
  };
  try {
    let next = read();
    for (;;) {
      const item = await next;
      if (item.done === true) return;
      next = read();
      yield item.value;
    }
  } finally {
    await source.return();
  }
}
