const lineEnd = 0x0a;
const quote = 0x22;

/** Rows that end in a block of NDJSON, in which a line end is nothing but the end of a row. */
export function countLineEnds(block: Buffer): number {
  let rows = 0;
  for (let end = block.indexOf(lineEnd); end !== -1; end = block.indexOf(lineEnd, end + 1)) rows += 1;
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
