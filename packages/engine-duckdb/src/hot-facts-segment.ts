import type { DuckDBConnection } from '@duckdb/node-api';
import { hotFactsColumns, segmentColumnName, valueColumns } from '@hourglass/query';
import type { EngineTask, FactFiles } from '@hourglass/reports';
import { selectCopiedFacts, setCopiedFacts } from './copied-facts.ts';
import { quoted } from './segment-relation.ts';
import { writeSegment } from './segment-writer.ts';

/** It is read a few times and never stored. */
const quickEncoding = 'compression lz4_raw';

/**
 * The facts of a task with the hot ones as one more segment in its directory. A copy of hot facts is read from its
 * beginning to its end each time, where a segment is read only where it has facts of a range.
 */
export async function withHotFactsSegment(
  connection: DuckDBConnection,
  task: EngineTask,
): Promise<FactFiles> {
  const { facts, directory } = task;
  if (facts.hotRows === 0) return facts;
  const columns = hotFactsColumns(task);
  await setCopiedFacts(connection, facts.hotFactsPath, columns);
  const kept = valueColumns(columns).map((column) => ({ ...column, segmentName: segmentColumnName(column) }));
  const selected = kept.map(({ name, segmentName }) => `, ${quoted(name)} as ${quoted(segmentName)}`);
  const segment = await writeSegment(
    connection,
    `select environment_id, "timestamp" ${selected.join('')} from (${selectCopiedFacts})`,
    {
      directory,
      columns: kept.map(({ segmentName, type }) => ({ name: segmentName, type })),
      encoding: quickEncoding,
    },
  );
  return { ...facts, hotRows: 0, segments: [...facts.segments, segment] };
}
