import { version } from '@duckdb/node-api';

/** Of the library that computes results, such as `v1.4.0`. */
export const duckDbVersion: () => string = version;
