const lineEnd = 0x0a;
const quote = 0x22;

export interface PartCount {
  readonly rows: number;
  /** Unpacked. */
  readonly bytes: number;
}

/**
 * Counts the rows of an unpacked part: lines, of CSV without its header and without line ends inside of quotes.
 * @throws Error when the last row is not whole.
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
  if (last !== lineEnd || inQuotes) throw new Error('its last row is not whole');
  return { rows: quoted ? lines - 1 : lines, bytes };
}
