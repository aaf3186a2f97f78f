import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { bindPlan, catalogue, hotFactsColumns, type Plan } from '@hourglass/query';
import type { EngineTask, RowBatch, RowFile } from '@hourglass/reports';

export const startMs = Date.UTC(2026, 2, 1);

const nothingSealed = { segments: [], expiredBeforeMs: null, watermark: null, takenAt: new Date(0) };

/** A fact by column name; a missing value is null. `timestamp` is in milliseconds since 1970. */
export type Fact = Readonly<Record<string, string | number | bigint | null>> & {
  readonly environment_id: number;
  readonly timestamp: number;
};

export function planOf(changes: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    dataset: 'api',
    tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
    range: { startMs, endExclusiveMs: startMs + 3_600_000 },
    timeUnit: null,
    metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }],
    dimensions: ['apiproxy'],
    filter: null,
    limitRows: null,
    output: { format: 'json' },
    ...changes,
  };
}

/** Encodes a value like PostgreSQL's COPY: null is an empty field, and empty text is quoted. */
function copyField(value: string | number | bigint | null): string {
  if (value === null) return '';
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes `hot.csv` for the plan and returns the engine's task over it. */
export async function taskOver(
  facts: readonly Fact[],
  task: Omit<EngineTask, 'dataset' | 'facts'>,
): Promise<EngineTask & { readonly signal: AbortSignal }> {
  const boundPlan = bindPlan(task.plan, catalogue);
  const columns = hotFactsColumns(boundPlan);
  const lines = facts.map((fact) =>
    columns
      .map(({ name, type }) => {
        const value = fact[name] ?? null;
        if (type !== 'timestamp' || value === null) return copyField(value);
        return new Date(Number(value)).toISOString().slice(0, -1).replace('T', ' ');
      })
      .join(','),
  );
  const hotFactsPath = path.join(task.directory, 'hot.csv');
  await writeFile(hotFactsPath, [columns.map(({ name }) => name).join(','), ...lines, ''].join('\n'));
  return {
    ...task,
    ...boundPlan,
    facts: { hotFactsPath, hotRows: facts.length, ...nothingSealed },
  };
}

/**
 * Creates a task over many facts with different `apiproxy`, so that the report has a row for each. They are in the first
 * `minutes` of its hour.
 */
export async function taskOverMany(
  facts: number,
  task: Omit<EngineTask, 'dataset' | 'facts'>,
  { minutes = 1 }: { readonly minutes?: number } = {},
): Promise<EngineTask> {
  const boundPlan = bindPlan(task.plan, catalogue);
  const hotFactsPath = path.join(task.directory, 'hot.csv');
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const columns = hotFactsColumns(boundPlan).map(({ name }) =>
    name === 'environment_id'
      ? '7 as environment_id'
      : name === 'timestamp'
        ? `timestamp '2026-03-01 00:00:00' + to_minutes(n % ${minutes}) as timestamp`
        : name === 'message_count'
          ? '1 as message_count'
          : `'proxy ' || md5(n::varchar) as ${name}`,
  );
  const rows = `select ${columns.join(', ')} from range(${facts}) numbers(n)`;
  await connection.run(`copy (${rows}) to '${hotFactsPath}' (format csv, header)`);
  connection.closeSync();
  instance.closeSync();
  return {
    ...task,
    ...boundPlan,
    facts: { hotFactsPath, hotRows: facts, ...nothingSealed },
  };
}

export async function rowsOf(
  batches: AsyncIterable<RowBatch>,
): Promise<(string | number | null | undefined)[][]> {
  const rows: (string | number | null | undefined)[][] = [];
  for await (const { rowCount, columns } of batches) {
    for (let row = 0; row < rowCount; row++) rows.push(columns.map((column) => column[row]));
  }
  return rows;
}

/** Reads the lines of all files and their numbers of rows, and removes the files. */
export async function linesOf(
  files: AsyncIterable<RowFile>,
): Promise<{ readonly text: string; readonly rows: readonly number[] }> {
  const texts: string[] = [];
  const rows: number[] = [];
  for await (const file of files) {
    texts.push(await readFile(file.path, 'utf8'));
    rows.push(file.rows);
    await rm(file.path);
  }
  return { text: texts.join(''), rows };
}
