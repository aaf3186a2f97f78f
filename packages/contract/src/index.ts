export * from './environment-limits.ts';
export * from './error-body.ts';
export * from './facts-body.ts';
export * from './query-status.ts';
export * from './submit-query-body.ts';
