export * from './environment-limits.ts';
export * from './error-body.ts';
export * from './facts-body.ts';
export * from './organization.ts';
export * from './query-list.ts';
export * from './query-status.ts';
export * from './result-url.ts';
export * from './submit-query-body.ts';
