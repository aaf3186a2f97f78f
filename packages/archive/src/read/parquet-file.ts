import { parquetMetadata, type FileMetaData } from 'hyparquet';

/**
 * Reads the footer of a Parquet file.
 * @throws Error when the file has none, or when its row groups and its rows differ
 */
export function parquetFooter(file: Buffer): FileMetaData {
  const metadata = parquetMetadata(arrayBufferOf(file));
  const rows = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (rows !== metadata.num_rows)
    throw new Error(`the row groups have ${rows} rows, the footer ${metadata.num_rows}`);
  return metadata;
}

/** Counts the rows of a Parquet file by its footer. Throws as `parquetFooter`. */
export function countParquetRows(file: Buffer): number {
  return Number(parquetFooter(file).num_rows);
}

/** Returns the bytes as an ArrayBuffer, without a copy unless they are a part of a larger one. */
export function arrayBufferOf(bytes: Buffer): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
  if (isWhole && buffer instanceof ArrayBuffer) return buffer;
  return new Uint8Array(bytes).buffer;
}
