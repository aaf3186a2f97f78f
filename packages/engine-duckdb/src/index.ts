export * from './duckdb-engine.ts';
