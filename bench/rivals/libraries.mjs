import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../../scripts/setup.mjs';

/** Loads the copy that a Hourglass package uses, because a process must not load a native library twice. */
function libraryOf(packageFolder, name) {
  return createRequire(path.join(root, 'packages', packageFolder, 'package.json'))(name);
}

export const duckDb = libraryOf('engine-duckdb', '@duckdb/node-api');
export const { Client } = libraryOf('database', 'pg');
export const { from: copyFrom } = libraryOf('database', 'pg-copy-streams');
