const lineEnd = 0x0a;
const quote = 0x22;

/** The size of an unpacked part. */
export interface PartCount {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Counts the rows of an unpacked part. The header of CSV is no row, and a line end between quotes
 * belongs to a cell.
 * @throws Error when the last row is cut off
 */
export async function countRows(part: AsyncIterable<Buffer>, format: 'csv' | 'json'): Promise<PartCount> {
  const quoted = format === 'csv';
  let lines = 0;
  let bytes = 0;
  let inQuotes = false;
  let last = lineEnd;
  for await (const chunk of part) {
    for (const byte of chunk) {
      if (byte === lineEnd && !inQuotes) lines += 1;
      else if (quoted && byte === quote) inQuotes = !inQuotes;
      last = byte;
    }
    bytes += chunk.length;
  }
  if (last !== lineEnd || inQuotes) throw new Error('the last row is cut off');
  return { rows: quoted ? lines - 1 : lines, bytes };
}
