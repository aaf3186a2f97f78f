import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { clickhouseSettings, type SqlStatement } from '@hourglass/query';
import type { RowFile } from '@hourglass/reports';
import type { ClusterNode } from './cluster.ts';
import { IncompleteAnswer } from './cluster-error.ts';
import { createLineReader } from './line-reader.ts';

export interface StatementLimits {
  /** Memory of one statement on each node. Groups and sorts beyond half of it spill to the node's disk. */
  readonly memoryMb: number;
  /** The node ends the statement after this time, even when this process is dead. */
  readonly timeoutMs: number;
}

export interface StatementRun {
  readonly queryId: string;
  readonly file: string;
  /** `lines`: the statement has one column of text. */
  readonly format: 'lines' | 'parquet';
  readonly signal: AbortSignal;
  readonly limits: StatementLimits;
}

/** Long key lists exceed the default of 256 KiB. */
const maxStatementBytes = 64 * 1024 * 1024;
/** A node holds this much of an answer in memory, and the rest on its disk. */
const answerBufferBytes = 8 * 1024 * 1024;
const maxKeys = 1_000_000;

/** Settings of each statement besides those of the dialect. */
export function statementSettings({ memoryMb, timeoutMs }: StatementLimits) {
  const memoryBytes = memoryMb * 1024 * 1024;
  return {
    ...clickhouseSettings,
    readonly: '2',
    // Otherwise a statement whose client has left runs to its end.
    cancel_http_readonly_queries_on_client_close: 1,
    // The head of the answer then has the number of rows, and an error is never in the middle of rows.
    wait_end_of_query: 1,
    http_response_buffer_size: String(answerBufferBytes),
    max_execution_time: Math.ceil(timeoutMs / 1000),
    max_memory_usage: String(memoryBytes),
    max_bytes_before_external_group_by: String(memoryBytes / 2),
    max_bytes_before_external_sort: String(memoryBytes / 2),
    max_query_size: String(maxStatementBytes),
    glob_expansion_max_elements: String(maxKeys),
    input_format_parquet_allow_missing_columns: 1,
    // 26.7 fails with it when a segment lacks a column.
    query_plan_optimize_prewhere: 0,
    use_query_cache: 0,
    // A missing object is an error, not an empty one.
    s3_ignore_file_doesnt_exist: 0,
    s3_skip_empty_files: 0,
    // The query is retried as a whole. The default of 500 waits for minutes, whatever the statement's time is.
    s3_retry_attempts: '5',
    // The worker reads Parquet once, and holds a row group in memory.
    output_format_parquet_compression_method: 'lz4',
    output_format_parquet_row_group_size: '100000',
  } as const;
}

/**
 * Runs a statement on a node, and writes its rows to a file, as lines or in Parquet. Nothing is left of
 * the file after an error.
 * @throws IncompleteAnswer if other lines arrived than the node says it sent; the errors of the client
 */
export async function runStatement(
  { client }: ClusterNode,
  { sql, parameters }: SqlStatement,
  { queryId, file, format, signal, limits }: StatementRun,
): Promise<RowFile> {
  const { stream, response_headers: head } = await client.exec({
    query: `${sql} format ${format === 'lines' ? 'RowBinary' : 'Parquet'}`,
    query_params: Object.fromEntries(parameters.map((value, index) => [`p${index + 1}`, value])),
    use_multipart_params: true,
    query_id: queryId,
    abort_signal: signal,
    clickhouse_settings: statementSettings(limits),
  });
  const target = createWriteStream(file, { flags: 'wx' });
  try {
    const lines = format === 'lines' ? await writeLines(stream, target, signal) : null;
    if (lines === null) await pipeline(stream, target, { signal });
    const rows = rowsOf(head['x-clickhouse-summary']);
    if (lines !== null && lines !== rows)
      throw new IncompleteAnswer(`${lines} rows have arrived; the node says that it sent ${rows}`);
    return { path: file, rows };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** Returns the number of lines. */
async function writeLines(stream: Readable, target: Writable, signal: AbortSignal): Promise<number> {
  const lines = createLineReader();
  async function* decoded(pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) yield lines.read(piece);
  }
  await pipeline(stream, decoded, target, { signal });
  return lines.end();
}

/** The number of rows in the summary of an answer that was complete before it was sent. */
function rowsOf(summary: string | string[] | undefined): number {
  const { result_rows: rows } = JSON.parse(String(summary ?? '{}')) as { readonly result_rows?: string };
  if (rows === undefined) throw new IncompleteAnswer('the answer has no number of rows');
  return Number(rows);
}
