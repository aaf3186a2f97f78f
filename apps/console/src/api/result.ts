import type { ResultView } from '@hourglass/contract';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { RowSplitter, type ResultHead } from '../rows/row-stream.ts';
import type { Row } from '../rows/result.ts';
import { pathOf, type Place } from './environments.ts';
import { ApiError, callApi, openResponse } from './http.ts';

/** The rows of a completed query. */
export interface ResultSource {
  readonly path: string;
  /** As in `CallOptions`. */
  readonly bearer?: string;
  /** Another result at the same path has another one. */
  readonly version?: string;
}

export function resultOf(place: Place, id: string): ResultSource {
  return { path: `${pathOf(place)}/queries/${encodeURIComponent(id)}/resultView` };
}

/** Enough to see at once; the rest follows. */
const firstPageRows = 1000;
/** The largest page of the API: each one reads the archive from its beginning. */
const maxPageRows = 10_000;
/** Results up to this size are read whole when they are opened. */
const rowsReadAtOnce = 150_000;
/** Browsers bound the height of a table, and people its use. */
export const maxTableRows = 400_000;

export interface ResultRows {
  /** Undefined until the first rows are there. */
  readonly head: ResultHead | undefined;
  /** Those that were read. */
  readonly rows: readonly Row[];
  readonly isComplete: boolean;
  /** How many rows of all were received, while all are read. */
  readonly received: number | null;
  readonly error: unknown;
  /** Reads the next page. */
  readonly readMore: () => void;
  /** Null: they are read, or too many. */
  readonly readAll: (() => void) | null;
}

/** The rows of a completed query: a first page at once, then all of a small result, and pages of a large one on demand. */
export function useResult(source: ResultSource, total: number): ResultRows {
  const [isWanted, setWanted] = useState(total <= rowsReadAtOnce);
  const pages = useResultPages(source, total);
  const [first] = pages.data?.pages ?? [];
  const all = useAllRows(source, isWanted && total > maxPageRows);
  const paged = useMemo(() => pages.data?.pages.flatMap((page) => page.rows) ?? [], [pages.data]);
  const rows = all.rows ?? paged;
  const isComplete = all.rows !== undefined || (first !== undefined && !pages.hasNextPage);
  return {
    head: first,
    rows,
    isComplete,
    received: all.received,
    error: pages.error ?? all.error,
    readMore() {
      const isBounded = rows.length >= maxTableRows || isWanted;
      if (!isComplete && !isBounded && !pages.isFetchingNextPage) void pages.fetchNextPage();
    },
    readAll: isComplete || isWanted || total > maxTableRows ? null : () => setWanted(true),
  };
}

function useResultPages({ path, bearer, version }: ResultSource, total: number) {
  return useInfiniteQuery({
    queryKey: ['result', path, version],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const isFirstOfMany = pageParam === null && total > maxPageRows;
      const parameters = new URLSearchParams({
        pageSize: String(isFirstOfMany ? firstPageRows : maxPageRows),
      });
      if (pageParam !== null) parameters.set('pageToken', pageParam);
      return callApi<ResultView>(`${path}?${parameters}`, { signal, bearer });
    },
    getNextPageParam: ({ nextPageToken }) => nextPageToken ?? null,
    // Results never change.
    staleTime: Infinity,
  });
}

/** Each report of the rows that were received draws the page. */
const reportEveryMs = 250;

function useAllRows(source: ResultSource, isWanted: boolean) {
  const [received, setReceived] = useState(0);
  const { data, error, isFetching } = useQuery({
    queryKey: ['result-rows', source.path, source.version],
    queryFn: async ({ signal }) => {
      const rows: Row[] = [];
      let reportAtMs = performance.now() + reportEveryMs;
      for await (const text of readRows(source, signal)) {
        rows.push(...(JSON.parse(`[${text}]`) as Row[]));
        if (performance.now() < reportAtMs) continue;
        setReceived(rows.length);
        reportAtMs = performance.now() + reportEveryMs;
      }
      return rows;
    },
    enabled: isWanted,
    staleTime: Infinity,
    // Rows of many results would fill the memory.
    gcTime: 60_000,
  });
  return { rows: data, error, received: isFetching ? received : null };
}

/** Work between two turns of the page, so that it stays smooth. */
const turnMs = 12;

/**
 * Reads all rows by one request, some at a time, as `rowTexts` divides them.
 * @throws ApiError of the code `network` when the connection breaks
 */
export async function* readRows(
  { path, bearer }: ResultSource,
  signal: AbortSignal,
  onHead: (head: ResultHead) => void = () => undefined,
): AsyncGenerator<string> {
  const { body } = await openResponse(path, { signal, bearer });
  const splitter = new RowSplitter();
  let turnEndsMs = performance.now() + turnMs;
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done || value === undefined) break;
    const isHeadKnown = splitter.head !== null;
    const rows = splitter.take(value);
    if (!isHeadKnown && splitter.head !== null) onHead(splitter.head);
    if (rows !== '') yield rows;
    if (performance.now() < turnEndsMs) continue;
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
    turnEndsMs = performance.now() + turnMs;
  }
  const last = splitter.end();
  if (last === null) throw new ApiError('incomplete response', { status: 0, code: 'network' });
  if (last !== '') yield last;
}
