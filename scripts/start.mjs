// npm start: sets up, then runs everything on this machine until Ctrl-C or SIGTERM.
import { reportFailure } from './report-failure.mjs';
import { setUp } from './setup.mjs';

await reportFailure(setUp);
// In this process, so that a signal for it is one for the supervisor.
await import('../apps/standalone/dist/main.js');
