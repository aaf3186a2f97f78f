import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { maxPlainLineBytes } from './plain-line.ts';

/** The largest text that fits into V8's young generation: for larger ones memory is taken from the system each time. */
const chunkBytes = 96 * 1024;
const lineFeed = 0x0a;

/**
 * The lines of a file, blank ones not counted; null: one of them is not plain. JavaScript's compiled expressions take
 * half of the time that those of DuckDB do, and no buffers for the file.
 */
export async function countPlainLines(file: string, pattern: string): Promise<number | null> {
  const plainLine = new RegExp(`(?:${pattern})\\n`, 'y');
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(chunkBytes + maxPlainLineBytes + 1);
    let kept = 0;
    let lines = 0;
    for (let isEnded = false; !isEnded;) {
      const { bytesRead } = await handle.read(buffer, kept, chunkBytes);
      let filled = kept + bytesRead;
      isEnded = bytesRead === 0;
      // The last line needs no end.
      if (isEnded && kept > 0) buffer[filled++] = lineFeed;
      const whole = buffer.subarray(0, filled).lastIndexOf(lineFeed) + 1;
      const counted = countIn(buffer.subarray(0, whole), plainLine);
      kept = filled - whole;
      if (counted === null || kept > maxPlainLineBytes) return null;
      lines += counted;
      buffer.copyWithin(0, whole, filled);
    }
    return lines;
  } finally {
    await handle.close();
  }
}

/** Of whole lines. The pattern is for bytes, so each is read as one character. */
function countIn(bytes: Buffer, plainLine: RegExp): number | null {
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString('latin1');
  let lines = 0;
  let end: number;
  for (let start = 0; start < text.length; start = end + 1) {
    end = text.indexOf('\n', start);
    if (end === start || (end === start + 1 && text[start] === '\r')) continue;
    if (end - start > maxPlainLineBytes) return null;
    // It has no line end inside, so it can only match this line.
    plainLine.lastIndex = start;
    if (!plainLine.test(text)) return null;
    lines += 1;
  }
  return lines;
}
