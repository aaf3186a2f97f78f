const lineEnd = 0x0a;
const quote = 0x22;

/** Counts the rows that end in a block of NDJSON. */
export function countLineEnds(block: Buffer): number {
  let rows = 0;
  for (let end = block.indexOf(lineEnd); end !== -1; end = block.indexOf(lineEnd, end + 1)) rows += 1;
  return rows;
}

/** Creates a counter for consecutive blocks of CSV; a line end between quotes belongs to a cell. */
export function createCsvRowCounter(): (block: Buffer) => number {
  let inQuotes = false;
  return (block) => {
    // A fast path: most blocks have no quote.
    if (!inQuotes && !block.includes(quote)) return countLineEnds(block);
    let rows = 0;
    for (let index = 0; index < block.length; index++) {
      if (block[index] === quote) inQuotes = !inQuotes;
      else if (block[index] === lineEnd && !inQuotes) rows += 1;
    }
    return rows;
  };
}
