import { lowerPriority } from './lower-priority.ts';

// Before anything else is loaded: that takes a second, which would be taken from workers that run reports.
lowerPriority();
const { startWorker } = await import('./start-worker.ts');
startWorker();
