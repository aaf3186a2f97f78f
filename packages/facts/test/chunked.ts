import fc from 'fast-check';

/** Splits the bytes into chunks, repeating the sequence of sizes. */
export async function* inChunks(bytes: Buffer | string, sizes: readonly number[] = [65_536]) {
  const all = Buffer.from(bytes);
  let start = 0;
  for (let turn = 0; start < all.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield all.subarray(start, start + size);
    start += size;
  }
}

export const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

/** Collects the rows of a reader, which yields those of a chunk as one array. */
export async function collectRows<T>(arrays: AsyncIterable<readonly T[]>): Promise<T[]> {
  return (await collect(arrays)).flat();
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
