import { constants, setPriority } from 'node:os';

// Reports may take their time. Where they share a machine with the API and the database, answers come first. Before
// anything else is loaded: that takes a second, which would be taken from workers that run reports, and threads
// only have the priority that they were begun with.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const { startWorker } = await import('./start-worker.ts');
startWorker();
