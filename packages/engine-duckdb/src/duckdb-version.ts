import { version } from '@duckdb/node-api';

/** Returns the version of the DuckDB library, such as `v1.4.0`. */
export const duckDbVersion: () => string = version;
