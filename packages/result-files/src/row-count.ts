const lineEnd = 0x0a;
const quote = 0x22;
const lineEndInEachByte = 0x0a0a0a0a;
const lowBits = 0x7f7f7f7f;
const highBits = 0x80808080;

/**
 * Rows that end in a block of NDJSON, in which a line end is nothing but the end of a row. Four bytes at a time,
 * because every byte of every result is looked at.
 */
export function countLineEnds(block: Buffer): number {
  let rows = 0;
  let index = 0;
  for (; index < block.length && (block.byteOffset + index) % 4 !== 0; index++)
    if (block[index] === lineEnd) rows += 1;
  const words = new Int32Array(block.buffer, block.byteOffset + index, (block.length - index) >> 2);
  for (const word of words) {
    const difference = word ^ lineEndInEachByte;
    // The high bit of each byte that is a line end, and of no other.
    let found = ~(((difference & lowBits) + lowBits) | difference) & highBits;
    for (; found !== 0; found &= found - 1) rows += 1;
  }
  for (index += words.length * 4; index < block.length; index++) if (block[index] === lineEnd) rows += 1;
  return rows;
}

/** Counts the rows of CSV, block by block from outside of quotes: a line end inside of them belongs to a field. */
export function createCsvRowCounter(): (block: Buffer) => number {
  let inQuotes = false;
  return (block) => {
    // Most blocks have no quote.
    if (!inQuotes && !block.includes(quote)) return countLineEnds(block);
    let rows = 0;
    for (let index = 0; index < block.length; index++) {
      if (block[index] === quote) inQuotes = !inQuotes;
      else if (block[index] === lineEnd && !inQuotes) rows += 1;
    }
    return rows;
  };
}
