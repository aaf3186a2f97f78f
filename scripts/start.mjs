// npm start: installs, builds, and runs all of Hourglass on this machine until Ctrl-C or SIGTERM.
import path from 'node:path';
import { loadEnvFile } from './env-file.mjs';
import { reportFailure } from './report-failure.mjs';
import { root, setUp } from './setup.mjs';

await reportFailure(async () => {
  await loadEnvFile(path.join(root, '.env'), process.env);
  await setUp();
});
// In this process, so that its signals reach the supervisor.
await import('../apps/standalone/dist/main.js');
