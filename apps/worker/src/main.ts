import { constants, setPriority } from 'node:os';

// Reports run at lower priority than an API and a database on the same machine. The priority is set before anything else
// is loaded, because loading takes a second of processor time that running reports would miss. On Linux this affects only
// the main thread and the threads that it creates. The engine's threads keep their priority, because Node.js created
// their parents earlier. That is intended: with every thread lowered, a worker beside busy processes hardly made progress.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const { startWorker } = await import('./start-worker.ts');
startWorker();
