export * from './temporary-folder.ts';
export * from './test-database.ts';
export * from './test-queue.ts';
export * from './contract-client.ts';
export * from './eventually.ts';
export * from './node-process.ts';
export * from './running-system.ts';
