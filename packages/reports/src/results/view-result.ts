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

/** What the parts of an archive hold. */
export interface RowLayout {
  readonly columns: readonly OutputColumn[];
  readonly output: OutputFormat;
}

export interface ArchiveReader {
  /**
   * The rows of an archive that `ArchiveWriter` made, each as a compact JSON object and the same for either output
   * format, some at a time. Holds some of them in memory, never a part. Throws for an archive that is damaged; whoever
   * stops early returns the iterator.
   */
  rows(archive: OpenResult, layout: RowLayout): AsyncIterable<readonly string[]>;
}

export interface ViewResultPorts {
  readonly catalogue: Catalogue;
  readonly objects: ObjectStore;
  readonly archives: ArchiveReader;
  readonly nowMs: () => number;
}

/**
 * The rows of a completed query, from its archive. The iteration throws unless they are as many as were published.
 * @throws ReportError as `openResult`.
 */
export async function viewResult(
  record: QueryRecord,
  ports: ViewResultPorts,
): Promise<AsyncIterable<readonly string[]>> {
  const archive = await openResult(record, ports);
  const { plan, result } = record;
  const rows = ports.archives.rows(archive, {
    columns: outputColumns(bindPlan(plan, ports.catalogue)),
    output: plan.output,
  });
  return exactly(result?.rows ?? 0, rows);
}

async function* exactly(
  count: number,
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly string[]> {
  let found = 0;
  for await (const batch of batches) {
    found += batch.length;
    yield batch;
  }
  if (found !== count) throw new Error(`the archive has ${found} rows, ${count} were published`);
}
