import { defineConfig } from 'vitest/config';

// Tests run on the TypeScript sources of every workspace; only tests that start processes use the build.
// Both environments need it: that of the test files and that of the global setup.
const resolve = { conditions: ['hourglass-source', 'node', 'development|production'] };

/** Globs for the test files that end with `suffix`. */
const filesOf = (suffix: string) =>
  ['packages/*/test', 'apps/*/test', 'test'].map((folder) => `${folder}/**/*${suffix}`);

const faults = ['test/faults/**/*.test.ts'];
const soak = ['test/soak/**/*.test.ts'];
/** They start nodes of ClickHouse, whose library is installed by the first of them. */
const cluster = filesOf('.cluster.test.ts');
/** Attacks that take minutes even with few cases: only `npm run test:abuse` runs them. */
const minutesOfAbuse = ['test/abuse/**/*.full.test.ts'];
/** The tests that start and kill whole systems, move much data, or go through whole pages of the console. */
const long = [...filesOf('.long.test.ts'), ...cluster, ...faults, ...soak];

/** The files of `npm test` and of `npm run test:long`, `test:abuse`, `test:cluster`, `test:faults` and `test:soak`. */
const filesOfSuite: Readonly<Record<string, readonly string[]>> = {
  short: filesOf('.test.ts'),
  // A property test runs in both suites: with fewer cases in the short one (`suiteSize`).
  long: [...long, ...filesOf('.property.test.ts')],
  abuse: ['test/abuse/**/*.test.ts'],
  cluster,
  soak,
  faults: [...faults, 'packages/reports/test/queries/query-life/**/*.test.ts'],
};
const suite = process.env['TEST_SUITE'] ?? 'short';

export default defineConfig({
  ssr: { resolve },
  environments: { __vitest__: { resolve } },
  test: {
    include: [...(filesOfSuite[suite] ?? [])],
    exclude: suite === 'short' ? [...long, ...minutesOfAbuse] : [],
    globalSetup: ['./packages/testing/src/global-setup.ts'],
    // Generous, because they only decide how a broken program fails: busy machines take five times as long.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // The default of one second is too short on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    // The short tests spend a third of their processor time in Vitest workers and the rest in the processes that these
    // start and wait for. With one worker more than the cores of the CI machines, both cores stay busy.
    maxWorkers: suite === 'short' ? 3 : 2,
    // Test files of one worker share the loaded modules, so each file must undo its changes to the process.
    isolate: false,
    // Keeps transformed files in node_modules by their content: a second run spends 4 s less of processor time on them.
    experimental: { fsModuleCache: true },
  },
});
