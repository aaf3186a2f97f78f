import type { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';

/** The member of a workbook with its only sheet. */
export const sheetName = 'xl/worksheets/sheet1.xml';

/** Opens the bytes from `start` to before `endExclusive` of what holds the inner archive. */
export type OpenRange = (start: number, endExclusive: number) => Readable;

class NestedBytes extends RandomAccessReader {
  readonly #openRange: OpenRange;
  readonly #start: number;

  constructor(openRange: OpenRange, start: number) {
    super();
    this.#openRange = openRange;
    this.#start = start;
  }

  override _readStreamForRange(start: number, endExclusive: number): Readable {
    return this.#openRange(this.#start + start, this.#start + endExclusive);
  }
}

/** A member of an archive that is stored in another one. */
export interface NestedMember {
  readonly content: Readable;
  /** CRC-32 of the content, which nothing has compared. */
  readonly crc32: number;
  close(): void;
}

/**
 * Opens a member of the archive of `bytes` bytes that begins at `start`, without reading the others.
 * @throws Error when that is no ZIP archive, or has no such member
 */
export async function openNestedMember(
  name: string,
  { openRange, start, bytes }: { openRange: OpenRange; start: number; bytes: number },
): Promise<NestedMember> {
  const zip = await fromRandomAccessReaderPromise(new NestedBytes(openRange, start), bytes, {
    lazyEntries: true,
    autoClose: false,
  });
  const entry = await findEntry(zip, name);
  if (entry === null) throw new Error(`no member ${name}`);
  const content = await zip.openReadStreamPromise(entry);
  return { content, crc32: entry.crc32, close: () => zip.close() };
}

async function findEntry(zip: ZipFile, name: string): Promise<Entry | null> {
  for await (const entry of zip.eachEntry()) if (entry.fileName === name) return entry;
  return null;
}
