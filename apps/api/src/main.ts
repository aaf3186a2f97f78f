import { createServer } from 'node:http';
import { closeOnSignal, createLogger, readSettings, startProcess } from '@hourglass/platform';
import { composeApi } from './compose.ts';
import { answerUnreadable, maxHeaderBytes } from './http/unreadable-request.ts';

startProcess(async () => {
  const settings = readSettings();
  const log = createLogger({ process: 'api', level: settings.logLevel });
  const api = await composeApi(settings, log);
  const server = createServer({ maxHeaderSize: maxHeaderBytes }, api.app);
  server.on('clientError', answerUnreadable);
  // An import may send for a long time; only its headers must come soon.
  server.headersTimeout = 30_000;
  server.requestTimeout = 3_600_000;
  // Longer than the minute that proxies and clients keep idle connections: whoever sends on one must not find it closed.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  log.info({ address: server.address() }, 'listening');
  closeOnSignal({
    log,
    deadlineMs: 8_000,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      // A connection that has a request now becomes idle after its answer; nobody needs it then.
      server.keepAliveTimeout = 1;
      await closed;
      await api.close();
    },
  });
});
