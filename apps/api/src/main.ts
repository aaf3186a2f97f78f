import {
  closeOnSignal,
  createLogger,
  logOutages,
  prepareDataDirectory,
  readSettings,
  startProcess,
  type Logger,
  type Settings,
} from '@hourglass/platform';
import { composeApi } from './compose.ts';
import { listen } from './listen.ts';

startProcess(async () => {
  const settings = readSettings('api');
  const log = createLogger({ process: 'api', level: settings.logLevel });
  await prepareDataDirectory(settings.dataDirectory, log);
  const api = await composeApi(settings, log);
  const { server, closeIdle } = api.http;
  warnWithoutPublicUrl(settings, log);
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
      api.drain();
      closeIdle();
      // Closes each busy connection soon after its response.
      server.keepAliveTimeout = 1;
      await closed;
      await api.close();
    },
  });
});

/** Links take their host from requests then, which any client may write. */
function warnWithoutPublicUrl({ host, publicUrl }: Settings<'api'>, log: Logger): void {
  if (publicUrl !== null || /^(localhost|127\.[\d.]+|::1)$/i.test(host)) return;
  log.warn(
    { host },
    'HOURGLASS_PUBLIC_URL: unset, and other machines reach the API; expected the URL that clients use, so that links and the checks of browsers have one',
  );
}
