import {
  bindPlan,
  outputColumns,
  type Catalogue,
  type OutputColumn,
  type OutputFormat,
} from '@hourglass/query';
import { openResult, type OpenResult } from './open-result.ts';
import type { ObjectStore } from './object-store.ts';
import type { QueryRecord } from '../queries/query-record.ts';

/** Layout of the rows in an archive. */
export interface RowLayout {
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
}

export interface ArchiveReader {
  /**
   * Yields batches of rows as compact JSON objects, the same for every output format. Buffers a few
   * rows, of Parquet a part. Throws when the archive is damaged. A caller that stops early
   * returns the iterator.
   */
  rows(archive: OpenResult, layout: RowLayout): AsyncIterable<readonly string[]>;
}

export interface ViewResultPorts {
  readonly catalogue: Catalogue;
  readonly objects: ObjectStore;
  readonly archives: ArchiveReader;
  readonly nowMs: () => number;
}

/** Some consecutive rows of a result. */
export interface RowPage {
  /** Number of rows before the page. */
  readonly skippedRows: number;
  /** Maximum number of rows. */
  readonly pageRows: number;
}

export interface ResultRows {
  readonly batches: AsyncIterable<readonly string[]>;
  /** Number of rows of the whole result. */
  readonly totalRows: number;
}

/**
 * Returns the rows of a completed query from its archive, all or a page. The iteration throws when
 * their number differs from the published number.
 * @throws ReportError as `openResult`
 */
export async function viewResult(
  record: QueryRecord,
  ports: ViewResultPorts,
  page: RowPage | null,
): Promise<ResultRows> {
  const archive = await openResult(record, ports);
  const { plan, result } = record;
  const rows = ports.archives.rows(archive, {
    columns: outputColumns(bindPlan(plan, ports.catalogue)),
    output: plan.output,
  });
  const totalRows = result?.rows ?? 0;
  if (page === null) return { batches: requireCount(totalRows, rows), totalRows };
  const pageRows = Math.max(0, Math.min(page.pageRows, totalRows - page.skippedRows));
  return { batches: requireCount(pageRows, rowsOfPage(rows, { ...page, pageRows })), totalRows };
}

/** Reads no further than the page. */
async function* rowsOfPage(
  batches: AsyncIterable<readonly string[]>,
  { skippedRows, pageRows }: RowPage,
): AsyncGenerator<readonly string[]> {
  const end = skippedRows + pageRows;
  let first = 0;
  for await (const batch of batches) {
    if (first >= end) return;
    yield batch.slice(Math.max(0, skippedRows - first), Math.max(0, end - first));
    first += batch.length;
  }
}

async function* requireCount(
  count: number,
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly string[]> {
  let found = 0;
  for await (const batch of batches) {
    found += batch.length;
    yield batch;
  }
  if (found !== count) throw new Error(`the archive has ${found} rows; expected ${count}`);
}
