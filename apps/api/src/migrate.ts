import {
  createLogger,
  describeOutage,
  prepareDataDirectory,
  readSettings,
  StartError,
  startProcess,
} from '@hourglass/platform';
import { ServiceUnavailable } from '@hourglass/reports';
import { bootstrapOrganization } from './bootstrap-organization.ts';
import { prepare } from './compose.ts';

/**
 * Runs once before API and worker start: creates the schema, the bucket and the first organization.
 */
startProcess(async () => {
  const settings = readSettings('migrate');
  const log = createLogger({ process: 'api', level: settings.logLevel });
  await prepareDataDirectory(settings.dataDirectory, log);
  await prepare(settings, log, async (database) => {
    const notice = await bootstrapOrganization(settings, database);
    if (notice !== null) process.stdout.write(`${notice}\n`);
  }).catch((error: unknown) => {
    if (!(error instanceof ServiceUnavailable)) throw error;
    throw new StartError(describeOutage(error.service, error), { cause: error });
  });
});
