import { copyFile, link, stat } from 'node:fs/promises';
import type { StoredSegment } from '@hourglass/query';
import { ServiceUnavailable } from '@hourglass/reports';

/** Copies where a link is impossible: across file systems, and on those without links. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw error;
    await copyFile(from, to);
  }
}

/** @throws ServiceUnavailable when the file is truncated: the report would silently lack facts */
export async function requireSize(file: string, { id, bytes }: StoredSegment): Promise<void> {
  const { size } = await stat(file);
  if (size === bytes) return;
  const fault = new Error(`segment ${id}: ${size} bytes; expected ${bytes}`);
  throw new ServiceUnavailable('object store', fault);
}
