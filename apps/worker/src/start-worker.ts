import {
  closeOnSignal,
  createLogger,
  logOutages,
  prepareDataDirectory,
  readSettings,
  startProcess,
} from '@hourglass/platform';
import { composeWorker } from './compose.ts';

/** Runs the worker until a signal stops it. Invalid settings end the process with a list of their faults. */
export function startWorker(): void {
  startProcess(async () => {
    const settings = readSettings('worker');
    const log = createLogger({ process: 'worker', level: settings.logLevel });
    await prepareDataDirectory(settings.dataDirectory, log);
    const worker = await composeWorker(settings, log);
    log.info({ concurrency: settings.workerConcurrency, engineMemoryMb: settings.engineMemoryMb }, 'ready');
    void logOutages(worker.services, log);
    closeOnSignal({ log, deadlineMs: 9_000, close: () => worker.close() });
  });
}
