import type { EncodedRows } from '@hourglass/facts';

const lineFeed = 0x0a;

/** Times of the first and the last fact of a batch. Null: there is none. */
export type FactTimes = readonly [first: string | null, last: string | null];

/** Returns the lines of the groups, each with the prefix. */
export function linesWithPrefix(groups: readonly EncodedRows[], prefix: string): Buffer {
  const start = Buffer.from(prefix);
  const bytes = groups.reduce((sum, { count, lines }) => sum + lines.length + count * start.length, 0);
  const chunk = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { lines } of groups) {
    for (let from = 0; from < lines.length;) {
      const end = lines.indexOf(lineFeed, from) + 1;
      at += start.copy(chunk, at);
      at += lines.copy(chunk, at, from, end);
      from = end;
    }
  }
  return chunk;
}

/**
 * Widens the times by those of the rows. All are written by `Date.toISOString`, so that their texts
 * have the order of the times.
 */
export function withTimesOf([first, last]: FactTimes, { least, greatest }: EncodedRows): FactTimes {
  return [
    least !== null && (first === null || least < first) ? least : first,
    greatest !== null && (last === null || greatest > last) ? greatest : last,
  ];
}

export function haveSameCells(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((cell, at) => cell === other[at]);
}
