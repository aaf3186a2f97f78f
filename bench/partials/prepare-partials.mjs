import { link, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createSegmentWriter } from '@hourglass/engine-duckdb';
import { catalogue, mayRead } from '@hourglass/query';
import { preparePartials } from '@hourglass/reports';

/** The memory for segments of a worker with the default settings. */
const memoryMb = Math.floor(1024 * 0.22);

/** Computes the partials of new segments, as a worker does between two reports. */
export async function prepare({ segments: stored, directory: parent }, partials) {
  const directory = await mkdtemp(path.join(parent, 'prepared-'));
  const ports = {
    ...{ catalogue, partials, segmentFiles: filesOf(stored) },
    segments: {
      listInRange: async (_, range) => ({
        segments: stored.filter((segment) => mayRead([range], segment)),
        expiredBeforeMs: null,
      }),
    },
    writer: createSegmentWriter({ memoryMb, threads: 1 }),
  };
  const { signal } = new AbortController();
  await preparePartials(ports, { settled: new Set(), directory, signal, untilMs: Infinity });
  await rm(directory, { recursive: true });
}

/** Links segments, because an engine reads files of its directory only. */
function filesOf(stored) {
  const paths = new Map(stored.map(({ id, path: file }) => [id, file]));
  return {
    place: (wanted, { directory }) =>
      Promise.all(
        wanted.map(async ({ id }) => {
          const file = path.join(directory, `${id}.parquet`);
          await link(paths.get(id), file);
          return file;
        }),
      ),
  };
}
