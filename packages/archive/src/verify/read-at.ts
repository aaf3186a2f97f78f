import type { FileHandle } from 'node:fs/promises';
import { ManifestFault } from '../manifest/manifest.ts';

/**
 * Reads exactly `bytes` bytes from `start` on.
 * @throws ManifestFault when the file ends earlier.
 */
export async function readAt(file: FileHandle, start: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, start + filled);
    if (bytesRead === 0) throw new ManifestFault('the file ends too early');
    filled += bytesRead;
  }
  return buffer;
}
