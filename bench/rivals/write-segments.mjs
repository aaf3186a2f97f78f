import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createSegmentWriter } from '@hourglass/engine-duckdb';
import { factRowColumns } from '@hourglass/query';
import { generateFacts, withDuckDb } from './generate-facts.mjs';

/** The environment of all facts in segments. */
export const environmentId = 1;
const defaultThreads = 2;
const columns = factRowColumns([
  ...['apiproxy', 'client_ip', 'developer', 'developer_app', 'gateway_flow_id', 'request_path'].map(text),
  ...['request_verb', 'useragent'].map(text),
  ...['apiproxy_revision', 'response_status_code', 'message_count', 'is_error', 'request_size'].map(integer),
  ...['response_size', 'target_response_time', 'total_response_time'].map(integer),
]);

function text(name) {
  return { name, type: 'text' };
}

function integer(name) {
  return { name, type: 'integer' };
}

/**
 * Writes segments of `segmentFacts` facts to the directory, in the order of their arrival. With `keptIn` they are
 * kept in that folder, and copied from it the next time. One thread always writes the same bytes.
 */
export async function writeSegments({
  directory,
  rows,
  segmentFacts,
  keptIn,
  logProgress,
  threads = defaultThreads,
}) {
  const list = keptIn === undefined ? null : path.join(keptIn, `segments-${rows}-${segmentFacts}.json`);
  const kept = list === null ? null : await readFile(list, 'utf8').catch(() => null);
  const written =
    kept === null
      ? await sealSegments({ directory: keptIn ?? directory, rows, segmentFacts, logProgress, threads })
      : JSON.parse(kept);
  if (kept === null && list !== null) await writeFile(list, JSON.stringify(written));
  const segments = [];
  for (const segment of written) {
    // DuckDB reads files of its directory only.
    const file = path.join(directory, path.basename(segment.path));
    if (file !== segment.path) await copyFile(segment.path, file);
    segments.push({ ...segment, path: file, deletions: [] });
  }
  return segments;
}

async function sealSegments({ directory, rows, segmentFacts, logProgress, threads }) {
  const factsFolder = path.join(directory, 'facts');
  await mkdir(factsFolder);
  const files = await generateFacts({ rows, seed: 1, directory: factsFolder, threads });
  const writer = createSegmentWriter({ memoryMb: 2048, threads });
  const segments = [];
  for (const file of files) {
    for (let from = 0; from < file.facts; from += segmentFacts) {
      const csvPath = path.join(directory, 'facts.csv');
      await writeFacts(file.path, csvPath, { from, toExclusive: from + segmentFacts });
      const { signal } = new AbortController();
      segments.push(await writer.seal({ csvPath, columns, directory, signal }));
      await rm(csvPath);
      logProgress(`${segments.length} segments`);
    }
    await rm(file.path);
  }
  await rm(factsFolder, { recursive: true });
  return segments;
}

function writeFacts(parquet, csv, { from, toExclusive }) {
  const derived = {
    environment_id: String(environmentId),
    message_count: '1',
    is_error: '(response_status_code >= 400)::int',
  };
  const selected = columns.map(({ name }) => `${derived[name] ?? `"${name}"`} as "${name}"`);
  const facts = `read_parquet('${parquet}', file_row_number = true)`;
  const range = `file_row_number >= ${from} and file_row_number < ${toExclusive}`;
  return withDuckDb({ threads: defaultThreads }, (_, connection) =>
    connection.run(`copy (select ${selected.join(', ')} from ${facts} where ${range}) to '${csv}' (header)`),
  );
}
