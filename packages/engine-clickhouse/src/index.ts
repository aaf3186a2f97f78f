export * from './clickhouse-engine.ts';
export type { ClusterOptions } from './cluster.ts';
