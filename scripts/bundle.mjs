// The build of an app, run in its folder: `node ../../scripts/bundle.mjs main` bundles src/main.ts and everything that it
// imports into dist/main.js. Loading a few files instead of a thousand starts a process in a third of the processor
// time. docs/decisions/0029-bundles.md has the reasons.
import { readFile, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';

/** Loaded from node_modules at run time: native code, and an optional library that is not installed. */
const external = [/^@duckdb\/node-bindings/, 'pg-native'];
const libraries = /\/node_modules\//;

const programs = process.argv.slice(2);
const bundle = await rolldown({
  input: Object.fromEntries(programs.map((name) => [`${name}-program`, `./src/${name}.ts`])),
  platform: 'node',
  external,
  resolve: { conditionNames: ['hourglass-source', 'node', 'default'] },
  plugins: [omitLibrariesFromSourceMaps()],
  onwarn(warning) {
    throw new Error(warning.message);
  },
});
await bundle.write({
  dir: 'dist',
  cleanDir: true,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  // Files of their own, so that Node.js searches no positions in them.
  codeSplitting: { groups: [{ name: 'libraries', test: libraries, entriesAware: true }] },
  // A character above Latin-1 would double the memory of its whole file.
  charset: 'ascii',
  comments: false,
  sourcemap: true,
  sourcemapExcludeSources: true,
});
for (const name of programs) await writeFile(`dist/${name}.js`, startFile(name));

/** With the positions of the libraries, loading the source maps would take longer than loading the code. */
function omitLibrariesFromSourceMaps() {
  return {
    name: 'omit-libraries-from-source-maps',
    load: {
      filter: { id: /\/node_modules\/.*\.[cm]?js$/ },
      handler: async (file) => ({ code: await readFile(file, 'utf8'), map: { mappings: '' } }),
    },
  };
}

/**
 * Returns the file that starts a program. The settings of Node.js apply to what loads after them: stacks name lines of
 * our sources, and from Node.js 22 on compiled code is kept. It is kept in dist, because a cache in the default folder
 * could be written by other users.
 */
function startFile(name) {
  return `import module from 'node:module';
import path from 'node:path';

process.setSourceMapsEnabled(true);
module.enableCompileCache?.(path.join(import.meta.dirname, 'compile-cache'));
await import('./${name}-program.js');
`;
}
