export * from './ports.ts';
export * from './query-states.ts';
export * from './service-unavailable.ts';
