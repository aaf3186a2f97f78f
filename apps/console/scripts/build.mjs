// The build of the console, run in its folder: writes files with hashed names into dist, and beside each its gzip and
// brotli forms, which the API serves as they are.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

await build({
  root: 'src',
  // The API inserts the path below which it serves the console.
  base: './',
  configFile: false,
  envDir: false,
  publicDir: false,
  logLevel: 'warn',
  resolve: { conditions: ['hourglass-source', 'module', 'browser', 'production'] },
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // Embedded files would need `data:` in the content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // A busy machine is no fault of the sources.
      checks: { pluginTimings: false },
      onwarn(warning) {
        // "use client" concerns servers that render.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') throw new Error(warning.message);
      },
    },
  },
});

const folder = 'dist/assets';
for (const name of await readdir(folder)) {
  const bytes = await readFile(`${folder}/${name}`);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(`${folder}/${name}.br`, await promisify(brotliCompress)(bytes, { params: quality }));
  await writeFile(`${folder}/${name}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}
