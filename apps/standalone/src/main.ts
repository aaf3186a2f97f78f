import { fileURLToPath } from 'node:url';
// Children inherit the size.
import '@hourglass/platform/size-thread-pool';
import { createLogger, endProcess, environmentWith, readSettings, startProcess } from '@hourglass/platform';
import { composeEmbedded } from './compose.ts';
import { StartFailed } from './child.ts';
import { runStandalone } from './run-standalone.ts';
import { listenForStopSignals } from './stop-signals.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

startProcess(
  async () => {
    const settings = readSettings('standalone');
    const log = createLogger({ process: 'standalone', level: settings.logLevel });
    const { stop, stopNow } = listenForStopSignals(log, 9_500);
    try {
      await runStandalone({
        settings,
        embedded: composeEmbedded(settings.dataDirectory, log),
        programs: {
          migrate: { entry: fileOf('api/dist/migrate.js'), semiSpaceMib: 4 },
          api: { entry: fileOf('api/dist/main.js'), semiSpaceMib: 16 },
          worker: { entry: fileOf('worker/dist/main.js'), semiSpaceMib: 4 },
        },
        environmentWith,
        backOff: { firstMs: 250, maximumMs: 30_000, resetAfterMs: 30_000 },
        log,
        stop,
        stopNow,
        onReady: (url) => process.stdout.write(`hourglass ready on ${url}\n`),
      });
      endProcess(log, 0);
    } catch (error) {
      if (!(error instanceof StartFailed)) throw error;
      process.stderr.write(`hourglass: ${error.message}\n`);
      endProcess(log, 1);
    }
  },
  { stacks: process.argv.includes('--debug') },
);
