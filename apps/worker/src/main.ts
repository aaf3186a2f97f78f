import { constants, setPriority } from 'node:os';
import { closeOnSignal, createLogger, readSettings, startProcess } from '@hourglass/platform';
import { composeWorker } from './compose.ts';

startProcess(async () => {
  // Reports may take their time. Where they share a machine with the API and the database, answers come first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const settings = readSettings();
  const log = createLogger({ process: 'worker', level: settings.logLevel });
  const worker = await composeWorker(settings, log);
  log.info({ concurrency: settings.workerConcurrency, engineMemoryMb: settings.engineMemoryMb }, 'ready');
  closeOnSignal({ log, deadlineMs: 9_000, close: () => worker.close() });
});
