// npm start: installs, builds, and runs all of Hourglass on this machine until Ctrl-C or SIGTERM.
import { reportFailure } from './report-failure.mjs';
import { setUp } from './setup.mjs';

await reportFailure(setUp);
// In this process, so that its signals reach the supervisor.
await import('../apps/standalone/dist/main.js');
