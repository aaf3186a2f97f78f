/**
 * npm run bench [-- --rows 10000000]: compares Hourglass with PostgreSQL and ClickHouse on the same facts, as
 * docs/performance.md describes. Results are compared before anything is timed. Nothing leaves this machine, and all
 * files are removed at the end.
 *
 * Exits with code 1 when results differ or a step fails, with --strict also when a target is missed.
 */
import { reportFailure } from '../scripts/report-failure.mjs';
import { setUp } from '../scripts/setup.mjs';
import { installRivals } from './rivals/install.mjs';
import { readOptions, usage } from './rivals/options.mjs';

await reportFailure(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  await setUp();
  await installRivals();
  // Imported late, because it needs the build and the dependencies.
  const { compareWithRivals } = await import('./rivals/compare.mjs');
  process.exitCode = (await compareWithRivals(options)) ? 0 : 1;
});
