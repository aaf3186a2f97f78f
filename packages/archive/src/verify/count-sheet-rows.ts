import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { openNestedMember, sheetName, type OpenRange } from '../read/nested-zip.ts';

/** Begins a row. Texts of the sheet have no `<`. */
const rowStart = '<row ';

/**
 * Counts the rows of a workbook without its header.
 * @throws Error when it has no sheet, or when the sheet is damaged
 */
export async function countSheetRows(workbook: {
  openRange: OpenRange;
  start: number;
  bytes: number;
}): Promise<number> {
  const sheet = await openNestedMember(sheetName, workbook);
  try {
    const { rows, checksum } = await countRowStarts(sheet.content);
    if (checksum !== sheet.crc32) throw new Error(`${sheetName} differs from its checksum`);
    return rows - 1;
  } finally {
    sheet.close();
  }
}

async function countRowStarts(content: Readable): Promise<{ rows: number; checksum: number }> {
  let rows = 0;
  let checksum = 0;
  let end = Buffer.alloc(0);
  const chunks: AsyncIterable<Buffer> = content;
  for await (const chunk of chunks) {
    checksum = crc32(chunk, checksum);
    const text = Buffer.concat([end, chunk]);
    for (let at = text.indexOf(rowStart); at !== -1; at = text.indexOf(rowStart, at + 1)) rows += 1;
    end = text.subarray(Math.max(0, text.length - rowStart.length + 1));
  }
  return { rows, checksum };
}
