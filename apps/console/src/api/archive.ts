import type { ManifestKey } from '@hourglass/contract';
import type { ArchiveBytes } from '../archive/archive-file.ts';
import { pathOf, type Place } from './environments.ts';
import { callApi, openResponse } from './http.ts';

export const archivePath = (place: Place, id: string) =>
  `${pathOf(place)}/queries/${encodeURIComponent(id)}/result`;

/** Opens the archive of a query without downloading it: parts are read by ranges. */
export async function openRanges(place: Place, id: string, signal: AbortSignal): Promise<ArchiveBytes> {
  const path = archivePath(place, id);
  const { headers } = await openResponse(path, { method: 'HEAD', signal });
  return {
    bytes: Number(headers.get('Content-Length')),
    async read(start, endExclusive) {
      // The range of no byte does not exist.
      if (start >= endExclusive) return new Uint8Array();
      const response = await openResponse(path, { signal, range: `bytes=${start}-${endExclusive - 1}` });
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

export function readManifestKey(signal: AbortSignal): Promise<ManifestKey> {
  return callApi<ManifestKey>('/v1/manifest-key', { signal });
}

/** Downloads the archive. The browser may keep a large one on its disk. */
export async function downloadArchive(place: Place, id: string, signal: AbortSignal): Promise<Blob> {
  return (await openResponse(archivePath(place, id), { signal })).blob();
}
