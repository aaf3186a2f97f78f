import { useEffect, useRef, useState } from 'react';
import { downloadArchive } from '../../api/archive.ts';
import type { Place } from '../../api/environments.ts';
import { idOf } from '../../api/query-events.ts';
import type { ResultSource } from '../../api/result.ts';
import { writeRows, type RowFormat } from '../../api/row-files.ts';
import { runInFormat } from '../../api/submission.ts';
import { onlyPartOf } from '../../archive/only-part.ts';
import { CellTooLong } from '../../rows/sheet.ts';
import { fileNameOf, saveFile } from './save-file.ts';

export type DownloadFormat = RowFormat | 'parquet';

export type DownloadState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading'; readonly rows: number }
  | { readonly kind: 'running'; readonly percent: number }
  /** `isArchive`: the rows are in several files, so the archive was saved. */
  | { readonly kind: 'saved'; readonly isArchive: boolean }
  /** The query in the other format has no result; null: the query cannot be submitted again. */
  | { readonly kind: 'refused'; readonly reason: string | null }
  /** A text of the column does not fit in a cell of a workbook. */
  | { readonly kind: 'tooLong'; readonly column: string }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface DownloadedResult {
  readonly source: ResultSource;
  readonly name: string;
  /** Undefined: the archive and other queries are not for this reader. */
  readonly query?: QueryFiles | undefined;
}

export interface QueryFiles {
  readonly place: Place;
  readonly id: string;
  /** That of the query. */
  readonly outputFormat: string;
}

/**
 * Saves the rows as a file. The browser writes texts and workbooks from the rows; Parquet is made by a query that asks the same in that
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
  { source, name, query }: DownloadedResult,
  format: DownloadFormat,
  signal: AbortSignal,
  show: Show,
): Promise<DownloadState> {
  const fileName = fileNameOf(name);
  if (format === 'parquet')
    return query === undefined ? { kind: 'idle' } : saveParquet(query, fileName, signal, show);
  show({ kind: 'reading', rows: 0 });
  const onRows = (rows: number) => show({ kind: 'reading', rows });
  try {
    saveFile(await writeRows(source, format, { signal, onRows }), `${fileName}.${format}`);
  } catch (error) {
    if (error instanceof CellTooLong) return { kind: 'tooLong', column: error.column };
    throw error;
  }
  return { kind: 'saved', isArchive: false };
}

async function saveParquet(
  { place, id, outputFormat }: QueryFiles,
  fileName: string,
  signal: AbortSignal,
  show: Show,
): Promise<DownloadState> {
  show({ kind: 'running', percent: 0 });
  let source = id;
  if (outputFormat !== 'parquet') {
    const query = await runInFormat(place, id, 'parquet', {
      signal,
      onProgress: ({ progress = 0 }) => show({ kind: 'running', percent: progress }),
    });
    if (query?.state !== 'completed') return { kind: 'refused', reason: query?.error ?? null };
    source = idOf(query);
  }
  const archive = await downloadArchive(place, source, signal);
  const part = await onlyPartOf(archive);
  signal.throwIfAborted();
  saveFile(part ?? archive, `${fileName}.${part === null ? 'zip' : 'parquet'}`);
  return { kind: 'saved', isArchive: part === null };
}
