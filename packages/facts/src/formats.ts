// Readers of files, for programs that send facts and store none. They run in the command line and in browsers.
export * from './formats/batch-id.ts';
export * from './formats/cell-readers.ts';
export type { CsvOptions } from './formats/csv.ts';
export * from './formats/declare-fields.ts';
export * from './formats/format-of-file-name.ts';
export { LogDefinitionError } from './formats/logs/log-definition.ts';
export type { LogFormat } from './formats/logs/log-format.ts';
export * from './formats/logs/name-proxy.ts';
export * from './formats/ndjson-batches.ts';
export * from './formats/raw-fact.ts';
export * from './formats/read-facts.ts';
