import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../../scripts/setup.mjs';

/** The copy that a package of ours uses: two copies of a native library in one process would be one too many. */
function libraryOf(ownPackage, name) {
  return createRequire(path.join(root, 'packages', ownPackage, 'package.json'))(name);
}

export const duckDb = libraryOf('engine-duckdb', '@duckdb/node-api');
export const { Client } = libraryOf('database', 'pg');
export const { from: copyFrom } = libraryOf('database', 'pg-copy-streams');
