/**
 * npm run bench [-- --rows 10000000]: Hourglass against PostgreSQL and ClickHouse on the same facts, as docs/performance.md
 * describes. Nothing is timed before all agree on the results. Nothing leaves this machine, and nothing is left on it.
 *
 * Exit code 1 when results differ or something breaks; with --strict also when a figure is missed.
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
  // Not before everything is there that it is made of.
  const { compareWithRivals } = await import('./rivals/compare.mjs');
  process.exitCode = (await compareWithRivals(options)) ? 0 : 1;
});
