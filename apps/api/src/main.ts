import { createServer } from 'node:http';
import {
  closeOnSignal,
  createLogger,
  logOutages,
  prepareDataDirectory,
  readSettings,
  startProcess,
} from '@hourglass/platform';
import { composeApi } from './compose.ts';
import { listen } from './listen.ts';
import { leaveContinueTo } from './http/expect-continue.ts';
import { respondToUnreadable, maxHeaderBytes } from './http/unreadable-request.ts';

startProcess(async () => {
  const settings = readSettings('api');
  const log = createLogger({ process: 'api', level: settings.logLevel });
  await prepareDataDirectory(settings.dataDirectory);
  const api = await composeApi(settings, log);
  const server = createServer({ maxHeaderSize: maxHeaderBytes }, api.app);
  leaveContinueTo(api.app, server);
  server.on('clientError', respondToUnreadable);
  // Only headers must arrive soon: an import may send its body for a long time.
  server.headersTimeout = 30_000;
  server.requestTimeout = 3_600_000;
  // Longer than the minute for which proxies and clients keep idle connections, so that they close
  // them first.
  server.keepAliveTimeout = 65_000;
  await listen(server, settings);
  log.info({ address: server.address() }, 'listening');
  void logOutages(api.services, log);
  closeOnSignal({
    log,
    deadlineMs: 8_000,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      // Closes each busy connection soon after its response.
      server.keepAliveTimeout = 1;
      await closed;
      await api.close();
    },
  });
});
