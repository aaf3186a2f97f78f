import { mkdir } from 'node:fs/promises';
import { createLogger, readSettings, startProcess } from '@hourglass/platform';
import { bootstrapOrganization } from './bootstrap-organization.ts';
import { prepare } from './compose.ts';

/**
 * Runs once before API and worker start: creates the schema, the bucket and the first organization.
 */
startProcess(async () => {
  const settings = readSettings('migrate');
  const log = createLogger({ process: 'api', level: settings.logLevel });
  await mkdir(settings.dataDirectory, { recursive: true });
  await prepare(settings, log, async (database) => {
    const notice = await bootstrapOrganization(settings, database);
    if (notice !== null) process.stdout.write(`${notice}\n`);
  });
});
