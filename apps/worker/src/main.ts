import { constants, setPriority } from 'node:os';

// Reports may take their time. Where they share a machine with the API and the database, answers come first. Before
// anything else is loaded: that takes a second, which would be taken from workers that run reports. On Linux only the main
// thread and those that it begins are lowered; the engine's come from threads that Node.js began before. That is left so:
// with all of them lowered, a worker beside busy processes hardly ran at all.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const { startWorker } = await import('./start-worker.ts');
startWorker();
