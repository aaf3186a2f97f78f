/** Import rules. ARCHITECTURE.md gives the reasons; this file enforces them. */
// Every package may build messages.
const messagesOnly = '^packages/contract/src/messages\\.ts$';
// Readers of files run in browsers, too.
const contractReading = '^packages/contract/src/reading\\.ts$';
const fileFormats = '^packages/facts/src/formats\\.ts$';
const pure = (name, ...allowed) => ({
  name: `${name}-imports-only-${allowed.join('-') || 'nothing-of-ours'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src` },
  to: { path: '^(packages|apps)/', pathNot: [`^packages/(${[name, ...allowed].join('|')})/`, messagesOnly] },
});

const adapters = [
  'database',
  'job-queue',
  'object-store',
  'engine-clickhouse',
  'engine-duckdb',
  'archive',
  'embedded',
  'outbound',
];
// Entry points that load little, for programs that need one part of a package.
const archiveVerifier = '^packages/archive/src/verify\\.ts$';
// Texts of spreadsheets, which the console writes, too.
const sheetTextOnly = '^packages/archive/src/sheet-text\\.ts$';
const catalogueOnly = '^packages/query/src/catalogue\\.ts$';
const settingsOnly = '^packages/platform/src/settings\\.ts$';
const threadPoolOnly = '^packages/platform/src/size-thread-pool\\.cts$';
const thirdParty = (library, owners) => ({
  name: `${library}-stays-in-its-adapter`,
  severity: 'error',
  from: { path: '^(packages|apps)/[^/]+/src', pathNot: owners.map((owner) => `^${owner}/`) },
  to: { path: `node_modules/${library}(/|$)` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    pure('contract'),
    pure('query', 'contract'),
    pure('platform', 'contract'),
    pure('reports', 'query'),
    pure('facts', 'contract', 'query'),
    ...adapters.map((adapter) => ({
      name: `adapter-${adapter}-imports-no-other-adapter`,
      severity: 'error',
      from: { path: `^packages/${adapter}/src` },
      to: { path: `^packages/(${adapters.filter((other) => other !== adapter).join('|')})/` },
    })),
    {
      name: 'packages-never-import-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'console-knows-only-the-contract',
      severity: 'error',
      from: { path: '^apps/console/', pathNot: '^apps/console/(src|test)/import/' },
      to: { path: '^packages/', pathNot: ['^packages/contract/', sheetTextOnly] },
    },
    {
      name: 'console-imports-files-by-their-readers',
      severity: 'error',
      from: { path: '^apps/console/(src|test)/import/' },
      to: { path: '^packages/', pathNot: ['^packages/contract/', fileFormats, catalogueOnly] },
    },
    {
      name: 'readers-of-files-run-in-browsers',
      severity: 'error',
      from: { path: [fileFormats, sheetTextOnly] },
      to: {
        path: '^(?:node:)?(?:buffer|crypto|fs|net|path|stream|timers|zlib)(?:/|$)|node_modules/zod/',
        reachable: true,
      },
    },
    {
      name: 'console-models-are-pure',
      severity: 'error',
      from: { path: '^apps/console/src/(report|plot)/[^/]+\\.ts$' },
      to: {
        path: '(^apps/console/src/(api|pages|parts)/|node_modules/(react|react-dom|@base-ui|@tanstack|wouter|uplot)/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-compose-constructs-adapters',
      severity: 'error',
      from: { path: '^apps/[^/]+/src', pathNot: '/compose(-deliveries|-ingest|-segments)?\\.ts$' },
      to: { path: `^packages/(${adapters.join('|')})/`, pathNot: [archiveVerifier, sheetTextOnly] },
    },
    {
      name: 'archive-verifier-loads-no-writer',
      severity: 'error',
      from: { path: archiveVerifier },
      to: { path: '(^packages/archive/src/write/|node_modules/archiver/)', reachable: true },
    },
    {
      name: 'catalogue-loads-no-sql-builder',
      severity: 'error',
      from: { path: catalogueOnly },
      to: { path: 'node_modules/kysely/', reachable: true },
    },
    {
      name: 'command-line-starts-without-sql-builder-and-metrics',
      severity: 'error',
      from: { path: '^apps/cli/src/main\\.ts$' },
      to: { path: 'node_modules/(kysely|pino|prom-client)/', reachable: true },
    },
    {
      name: 'no-deep-imports',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^(packages)/[^/]+/src/',
        pathNot: [
          '^packages/$2/',
          '^packages/[^/]+/src/index\\.ts$',
          archiveVerifier,
          sheetTextOnly,
          catalogueOnly,
          settingsOnly,
          threadPoolOnly,
          messagesOnly,
          contractReading,
          fileFormats,
        ],
      },
    },
    {
      name: 'production-code-never-imports-testing',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src', pathNot: '^packages/testing/' },
      to: { path: '^packages/testing/' },
    },
    thirdParty('kysely', ['packages/query']),
    thirdParty('croner', ['packages/query']),
    thirdParty('bullmq', ['packages/job-queue']),
    thirdParty('ioredis', ['packages/job-queue', 'packages/testing']),
    thirdParty('@prisma', ['packages/database']),
    thirdParty('pg', ['packages/database', 'packages/testing']),
    thirdParty('@aws-sdk', ['packages/object-store']),
    thirdParty('@clickhouse', ['packages/engine-clickhouse']),
    thirdParty('@duckdb', ['packages/engine-duckdb']),
    thirdParty('archiver', ['packages/archive']),
    thirdParty('yauzl', ['packages/archive', 'packages/testing']),
    thirdParty('ipaddr\\.js', ['packages/outbound']),
    thirdParty('express', ['apps/api']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The parser cannot read JSX. The linter restricts what these files import.
    exclude: { path: '^(packages|apps)/[^/]+/(dist|src/generated)/|\\.tsx$' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    combinedDependencies: true,
    enhancedResolveOptions: {
      conditionNames: ['hourglass-source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
