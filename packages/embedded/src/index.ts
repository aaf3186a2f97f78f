export * from './file-lock.ts';
export * from './free-port.ts';
export * from './running-server.ts';
export * from './start-postgres.ts';
export * from './start-queue-server.ts';
