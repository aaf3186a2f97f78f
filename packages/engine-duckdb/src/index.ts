export * from './duckdb-engine.ts';
export * from './fact-counter.ts';
export * from './segment-writer.ts';
export * from './ndjson-encoder.ts';
