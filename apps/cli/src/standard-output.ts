import { createWriteStream, fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';

const descriptor = 1;

/**
 * Returns the stream of standard output. Node's own for a file takes a chunk that the disk accepted only
 * in part for written, so that the end of the rows would be missing without an error.
 */
export function standardOutput(): Writable & { readonly isTTY?: boolean } {
  if (!isFile()) return process.stdout;
  return createWriteStream('', { fd: descriptor, autoClose: false });
}

function isFile(): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    // It is closed.
    return false;
  }
}
