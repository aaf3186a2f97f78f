import { useEffect, useState } from 'react';
import { findRows, type Finder } from '../../rows/find-rows.ts';
import type { Column, Row } from '../../rows/result.ts';

/** Rows that are searched before the page gets a turn. */
const sliceRows = 10_000;

export interface SearchedRows {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** The row of each place that is shown; null: the same. */
  readonly order: readonly number[] | null;
}

export interface FoundRows {
  /** Places of the rows, ascending. */
  readonly hits: readonly number[];
  readonly isSearching: boolean;
}

const none: FoundRows = { hits: [], isSearching: false };

/** Returns the places of the rows with a text, while more of them are found. `finder`: null finds none. */
export function useFoundRows({ rows, columns, order }: SearchedRows, finder: Finder | null): FoundRows {
  const [found, setFound] = useState<FoundRows & { readonly finder: Finder | null }>({
    ...none,
    finder: null,
  });
  useEffect(() => {
    if (finder === null) return undefined;
    const hits: number[] = [];
    let timer: number | undefined;
    const search = (start: number) => {
      const endExclusive = start + sliceRows;
      hits.push(...findRows(rows, columns, finder, { order, start, endExclusive }));
      const isSearching = endExclusive < rows.length;
      if (isSearching) timer = window.setTimeout(search, 0, endExclusive);
      setFound({ hits: [...hits], isSearching, finder });
    };
    timer = window.setTimeout(search, 0, 0);
    return () => window.clearTimeout(timer);
  }, [rows, columns, order, finder]);
  if (finder === null) return none;
  // Hits of another text are none of this one.
  return found.finder === finder ? found : { hits: [], isSearching: true };
}
