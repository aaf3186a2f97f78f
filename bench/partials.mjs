/**
 * npm run bench:partials [-- --rows 10000000 --copies 1 --rounds 5 --keep FOLDER --json FILE]: computes reports over
 * facts, then over partial aggregates: when these have to be computed first, repeated, over a range that is a day later
 * before and after a worker has prepared the new segments, and with fewer dimensions. With copies each segment is read
 * several times, as if there were more facts. Prints medians and their ratios, and compares all rows with those over facts.
 *
 * Exits with code 1 when rows differ, with --strict also when a target is missed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { reportFailure } from '../scripts/report-failure.mjs';
import { setUp } from '../scripts/setup.mjs';
import { installRivals } from './rivals/install.mjs';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    'segment-facts': { type: 'string', default: '1000000' },
    copies: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    keep: { type: 'string' },
    json: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});

await reportFailure(async () => {
  await setUp();
  await installRivals();
  // Imported late, because they need the build and the dependencies.
  const { writeSegments } = await import('./rivals/write-segments.mjs');
  const { measurePartials } = await import('./partials/measure-partials.mjs');
  const { printPartials } = await import('./partials/print-partials.mjs');
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-bench-partials-'));
  try {
    const rows = Number(options.rows);
    const copies = Number(options.copies);
    const segments = await writeSegments({
      ...{ directory: folder, keptIn: options.keep, rows, segmentFacts: Number(options['segment-facts']) },
      logProgress,
    });
    const measured = await measurePartials({
      segments: Array.from({ length: copies }, () => segments).flat(),
      ...{ directory: folder, rounds: Number(options.rounds) },
      logProgress,
    });
    if (options.json !== undefined)
      await writeFile(options.json, JSON.stringify({ rows: rows * copies, ...measured }, null, 2));
    const { isMissed, isDifferent } = printPartials(measured, rows * copies);
    process.exitCode = isDifferent || (options.strict && isMissed) ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function logProgress(text) {
  console.error(`bench: ${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}`);
}
