import { defineConfig } from 'vitest/config';

// Tests run on the TypeScript sources of every workspace; only tests that start processes use the build.
// The environments are those of the test files and of the global setup.
const resolve = { conditions: ['hourglass-source', 'node', 'development|production'] };

/** Of the folders with tests, the files that end with `suffix`. */
const filesOf = (suffix: string) =>
  ['packages/*/test', 'apps/*/test', 'test'].map((folder) => `${folder}/**/*${suffix}`);

// `npm run test:long` has the tests that start and kill whole systems, or move much data; `npm test` all others.
const long = process.env['LONG_TESTS'] === 'true';

export default defineConfig({
  ssr: { resolve },
  environments: { __vitest__: { resolve } },
  test: {
    include: filesOf(long ? '.long.test.ts' : '.test.ts'),
    exclude: long ? [] : filesOf('.long.test.ts'),
    globalSetup: ['./packages/testing/src/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Files of one worker load the sources once. What a file changes in its process it has to change back.
    isolate: false,
  },
});
