export * from './duckdb-engine.ts';
export * from './segment-writer.ts';
export * from './ndjson-encoder.ts';
