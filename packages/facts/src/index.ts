export * from './accept-batch.ts';
export * from './name-proxy.ts';
export * from './ndjson-batches.ts';
export * from './ports.ts';
export * from './raw-fact.ts';
export type { CsvOptions } from './formats/csv.ts';
export * from './read-cell.ts';
export * from './read-facts.ts';
