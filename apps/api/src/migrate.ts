import { mkdir } from 'node:fs/promises';
import { createLogger, readSettings, startProcess } from '@hourglass/platform';
import { bootstrapOrganization } from './bootstrap-organization.ts';
import { applySchema } from './compose.ts';

/** One-off before API and worker start: brings the schema up to date and creates the first organization. */
startProcess(async () => {
  const settings = readSettings();
  const log = createLogger({ process: 'api', level: settings.logLevel });
  await mkdir(settings.dataDirectory, { recursive: true });
  await applySchema(settings, log, async (database) => {
    const notice = await bootstrapOrganization(settings, database);
    if (notice !== null) process.stdout.write(`${notice}\n`);
  });
});
