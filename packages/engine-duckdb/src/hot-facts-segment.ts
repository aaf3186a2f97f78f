import type { DuckDBConnection } from '@duckdb/node-api';
import { hotFactsColumns } from '@hourglass/query';
import type { EngineTask, FactFiles, HotFactsTask, PlacedSegment } from '@hourglass/reports';
import { selectCopiedFacts, setCopiedFacts } from './copied-facts.ts';
import { wantedColumns } from './facts-view.ts';
import { quoted } from './quoted.ts';
import { writeSegment } from './segment-writer.ts';

/** Suits a file that is read a few times and never stored for long. */
const quickEncoding = 'compression lz4_raw';

/**
 * Converts the hot facts of a task to one more segment in its directory. A copy of hot facts is
 * always read as a whole; of a segment only the part with facts of a range is read.
 */
export async function withHotFactsSegment(
  connection: DuckDBConnection,
  task: EngineTask,
): Promise<FactFiles> {
  const segment = await writeHotFactsSegment(connection, task);
  const { facts } = task;
  return segment === null ? facts : { ...facts, hotRows: 0, segments: [...facts.segments, segment] };
}

/** Null if there are no hot facts. */
export async function writeHotFactsSegment(
  connection: DuckDBConnection,
  task: HotFactsTask,
): Promise<PlacedSegment | null> {
  const { facts, directory } = task;
  if (facts.hotRows === 0) return null;
  const columns = hotFactsColumns(task);
  await setCopiedFacts(connection, facts.hotFactsPath, columns);
  const kept = wantedColumns(columns);
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
  return { ...segment, deletions: [] };
}
