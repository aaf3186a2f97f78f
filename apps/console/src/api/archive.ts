import type { ManifestKey } from '@hourglass/contract';
import { csvHeader, csvLine } from '../rows/csv.ts';
import type { ArchiveBytes } from '../archive/archive-file.ts';
import { pathOf, type Place } from './environments.ts';
import { callApi, openResponse } from './http.ts';
import { readRowTexts, resultOf } from './result.ts';

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

/** Rows between two pieces of the file: the text of a piece is in memory, earlier pieces are the browser's. */
const rowsOfPiece = 20_000;

/** Writes the rows of a result of any format as a file of texts. */
export async function writeRows(
  place: Place,
  id: string,
  format: 'csv' | 'ndjson',
  { signal, onRows }: { readonly signal: AbortSignal; readonly onRows: (rows: number) => void },
): Promise<Blob> {
  const pieces: Blob[] = [];
  let lines: string[] = [];
  let count = 0;
  const lineOf = format === 'csv' ? csvLine : (row: string) => `${row}\n`;
  const rows = readRowTexts(resultOf(place, id), signal, ({ columns = [] }) => {
    if (format === 'csv') pieces.push(new Blob([csvHeader(columns)]));
  });
  for await (const texts of rows) {
    for (const text of texts) lines.push(lineOf(text));
    count += texts.length;
    onRows(count);
    if (lines.length < rowsOfPiece) continue;
    pieces.push(new Blob([lines.join('')]));
    lines = [];
  }
  return new Blob([...pieces, lines.join('')]);
}
