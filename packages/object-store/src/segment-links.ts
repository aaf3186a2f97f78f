import { copyFile, link, stat } from 'node:fs/promises';
import type { StoredSegment } from '@hourglass/query';
import { ServiceUnavailable } from '@hourglass/reports';

/** Not every file system has links, and none has them to another one. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK' && code !== 'ENOTSUP') throw error;
    await copyFile(from, to);
  }
}

/** @throws ServiceUnavailable: a report over a part of the facts would look like one over all of them. */
export async function requireSize(file: string, { id, bytes }: StoredSegment): Promise<void> {
  const { size } = await stat(file);
  if (size === bytes) return;
  const fault = new Error(`the segment ${id} has ${size} bytes and should have ${bytes}`);
  throw new ServiceUnavailable('object store', fault);
}
