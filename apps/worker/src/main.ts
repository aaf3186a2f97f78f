import { lowerPriority } from './lower-priority.ts';

// Before anything else is loaded, because loading takes a second of processor time that running reports would miss.
lowerPriority();
const { startWorker } = await import('./start-worker.ts');
startWorker();
