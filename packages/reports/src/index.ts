export * from './errors.ts';
export * from './open-result.ts';
export * from './ports.ts';
export * from './query-states.ts';
export * from './reconcile.ts';
export * from './run-query.ts';
export * from './service-unavailable.ts';
export * from './submit-query.ts';
