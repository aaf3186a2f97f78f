import { rm } from 'node:fs/promises';
import path from 'node:path';
import { bindPlan, catalogue, compileReport } from '@hourglass/query';
import { engineMemoryMb, segmentsInRange } from './engine.mjs';
import { withDuckDb } from './generate-facts.mjs';
import { timed, unlessOutOfMemory } from './timing.mjs';

/**
 * Returns the milliseconds in which a bare DuckDB runs the statement, by default the plan's, over the same segments and writes one gzip
 * file to `directory`, not counting opening it. It has the memory and threads of one run of the worker. Infinity: out
 * of memory, as for a hundred million groups.
 */
export function timeBareEngine({ plan, statement = null, segments, directory, threads }) {
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
    const text = statement ?? withValues(compileReport(bindPlan(plan, catalogue)));
    const copy = `copy (${text}) to '${file}' (format json, compression gzip)`;
    try {
      return await unlessOutOfMemory(() => timed(() => connection.run(copy)), Infinity);
    } finally {
      await rm(file, { force: true });
    }
  });
}

/** Inlines parameters, which COPY does not support. The values are trusted: they come from the shapes. */
function withValues({ sql, parameters }) {
  return sql.replaceAll(/\$(\d+)/g, (_, number) => {
    const value = parameters[Number(number) - 1];
    return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
  });
}
