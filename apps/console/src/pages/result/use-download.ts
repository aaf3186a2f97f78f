import { useEffect, useRef, useState } from 'react';
import { downloadArchive, writeRows } from '../../api/archive.ts';
import type { Place } from '../../api/environments.ts';
import { idOf } from '../../api/query-events.ts';
import { runInFormat } from '../../api/submission.ts';
import { onlyPartOf } from '../../archive/only-part.ts';
import { fileNameOf, saveFile } from './save-file.ts';

export type DownloadFormat = 'csv' | 'ndjson' | 'parquet' | 'xlsx';

export type DownloadState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading'; readonly rows: number }
  | { readonly kind: 'running'; readonly percent: number }
  /** `isArchive`: the rows are in several files, so the archive was saved. */
  | { readonly kind: 'saved'; readonly isArchive: boolean }
  /** The query in the other format has no result; null: the query cannot be submitted again. */
  | { readonly kind: 'refused'; readonly reason: string | null }
  | { readonly kind: 'failed'; readonly error: unknown };

interface DownloadedResult {
  readonly place: Place;
  readonly id: string;
  readonly name: string;
  readonly outputFormat: string;
}

/**
 * Saves the rows as a file. The browser writes texts from the rows; a workbook or Parquet is made by a query that asks the same in that
 * format, unless the result has it.
 */
export function useDownload(result: DownloadedResult) {
  const [state, setState] = useState<DownloadState>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  // Leaving the page cancels.
  useEffect(() => () => running.current?.abort(), []);
  const start = (format: DownloadFormat) => {
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const show = (next: DownloadState) => {
      if (!signal.aborted) setState(next);
    };
    const save = async () => {
      try {
        show(await saveRows(result, format, signal, show));
      } catch (error) {
        show({ kind: 'failed', error });
      }
    };
    void save();
  };
  return {
    state,
    start,
    cancel: () => {
      running.current?.abort();
      setState({ kind: 'idle' });
    },
  };
}

type Show = (state: DownloadState) => void;

async function saveRows(
  { place, id, name, outputFormat }: DownloadedResult,
  format: DownloadFormat,
  signal: AbortSignal,
  show: Show,
): Promise<DownloadState> {
  const fileName = fileNameOf(name);
  if (format === 'csv' || format === 'ndjson') {
    show({ kind: 'reading', rows: 0 });
    const content = await writeRows(place, id, format, {
      signal,
      onRows: (rows) => show({ kind: 'reading', rows }),
    });
    saveFile(content, `${fileName}.${format}`);
    return { kind: 'saved', isArchive: false };
  }
  show({ kind: 'running', percent: 0 });
  let source = id;
  if (format !== outputFormat) {
    const query = await runInFormat(place, id, format, {
      signal,
      onProgress: ({ progress = 0 }) => show({ kind: 'running', percent: progress }),
    });
    if (query?.state !== 'completed') return { kind: 'refused', reason: query?.error ?? null };
    source = idOf(query);
  }
  const archive = await downloadArchive(place, source, signal);
  const part = await onlyPartOf(archive);
  signal.throwIfAborted();
  saveFile(part ?? archive, `${fileName}.${part === null ? 'zip' : format}`);
  return { kind: 'saved', isArchive: part === null };
}
