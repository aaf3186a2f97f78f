export * from './duckdb-engine.ts';
export * from './segment-writer.ts';
