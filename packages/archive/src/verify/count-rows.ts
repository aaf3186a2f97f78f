import { markBytes, type CsvLayout } from '../manifest/csv-layout.ts';

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
 * @param csv null for NDJSON
 * @throws Error when the last row is cut off
 */
export async function countRows(part: AsyncIterable<Buffer>, csv: CsvLayout | null): Promise<PartCount> {
  const quoted = csv !== null;
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
  const isMarkAlone = csv?.hasByteOrderMark === true && !csv.hasHeader && bytes === markBytes;
  if ((last !== lineEnd && !isMarkAlone) || inQuotes) throw new Error('the last row is cut off');
  return { rows: csv?.hasHeader === true ? lines - 1 : lines, bytes };
}
