import { rm } from 'node:fs/promises';
import path from 'node:path';
import { bindPlan, catalogue, compileReport } from '@hourglass/query';
import { engineMemoryMb, segmentsInRange } from './engine.mjs';
import { withDuckDb } from './generate-facts.mjs';
import { timed } from './timing.mjs';

/**
 * Milliseconds that a bare DuckDB needs for the plan's statement over the same segments, written by itself to one gzip file
 * in `directory`. Opening it does not count. It has the memory and threads of one run of the worker. Infinity: it ran out
 * of that memory, as with a group for each of a hundred million facts.
 */
export function timeBareEngine({ plan, segments, directory, threads }) {
  const options = {
    threads,
    memory_limit: `${engineMemoryMb}MiB`,
    temp_directory: path.join(directory, 'bare-spill'),
    preserve_insertion_order: false,
  };
  return withDuckDb(options, async (_, connection) => {
    const paths = segmentsInRange(segments, plan).map((segment) => `'${segment.path}'`);
    await connection.run(
      `create view facts as select * from read_parquet([${paths.join(', ')}], union_by_name = true)`,
    );
    const file = path.join(directory, 'bare.json.gz');
    const statement = withValues(compileReport(bindPlan(plan, catalogue)));
    try {
      return await timed(() =>
        connection.run(`copy (${statement}) to '${file}' (format json, compression gzip)`),
      );
    } catch (error) {
      if (/^out of memory/i.test(error.message)) return Infinity;
      throw error;
    } finally {
      await rm(file, { force: true });
    }
  });
}

/** COPY takes no parameters. The shapes are ours, so their texts need no more than this. */
function withValues({ sql, parameters }) {
  return sql.replaceAll(/\$(\d+)/g, (_, number) => {
    const value = parameters[Number(number) - 1];
    return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
  });
}
