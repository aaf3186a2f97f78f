import { availableParallelism } from 'node:os';
import path from 'node:path';
import { settingDefinitions } from './setting-definitions.ts';

type Definitions = typeof settingDefinitions;
type Name = keyof Definitions;
type Value<N extends Name> = Definitions[N] extends { schema: { _output: infer Output } } ? Output : never;

export interface S3Settings {
  readonly endpoint: string | null;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  readonly forcePathStyle: boolean;
}

export interface BootstrapSettings {
  readonly organization: string;
  readonly environments: readonly string[];
  readonly email: string;
  /** Null: make a random one. */
  readonly password: string | null;
  /** Null: make a random one. */
  readonly token: string | null;
}

export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Of the tz database. */
  readonly timeZone: string;
  /** Absolute. */
  readonly dataDirectory: string;
  readonly logLevel: string;
  /** Null: the embedded PostgreSQL. */
  /** Where clients reach the API; null: where their requests say. */
  readonly publicUrl: string | null;
  readonly databaseUrl: string | null;
  /** Null: a queue server as a child process. */
  readonly redisUrl: string | null;
  /** Null: a folder in the data directory. */
  readonly s3: S3Settings | null;
  /** 32 bytes; null: there are no access keys. */
  readonly secretKey: Uint8Array | null;
  readonly resultManifest: boolean;
  /** 32 bytes; null: the database keeps one. */
  readonly manifestKey: Uint8Array | null;
  readonly bootstrap: BootstrapSettings;
  /** Of environments without limits of their own. */
  readonly limits: { readonly queriesPerHour: number; readonly activeQueries: number };
  readonly queryTimeoutMs: number;
  /** After the first attempt that failed. */
  readonly retryDelayMs: number;
  readonly resultTtlSeconds: number;
  readonly workerConcurrency: number;
  readonly engineMemoryMb: number;
  readonly queryScratchMb: number;
  readonly engineThreads: number;
  readonly statsMemoryMb: number;
  readonly bulkBatchRows: number;
  readonly ingestMemoryMb: number;
  readonly sealing: { readonly minFacts: number; readonly maxAgeMs: number };
  /** Up to which segments are merged. */
  readonly segmentFacts: number;
  /** Of environments without one of their own; null: facts are kept for ever. */
  readonly retentionDays: number | null;
  readonly segmentCacheBytes: number;
  /** Null: the process ends nowhere by itself. */
  readonly crashPoint: string | null;
}

/** Lists every fault of the environment at once; the process must not start with it. */
export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `the settings have ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n  ${faults.join('\n  ')}`,
    );
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

const ourPrefix = /^(HOURGLASS_|S3_)/;

/**
 * Reads the settings from an environment, by default the process's own.
 * @throws SettingsError for unknown names with one of our prefixes, malformed values and half-set groups.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const faults: string[] = [];
  for (const name of Object.keys(environment)) {
    if (ourPrefix.test(name) && !(name in settingDefinitions)) {
      faults.push(`${name}: there is no such setting; .env.example lists all of them`);
    }
  }
  const read = <N extends Name>(name: N): Value<N> | null => {
    const { schema, defaultText } = settingDefinitions[name];
    const given = environment[name];
    // An empty variable is how compose files and shells write "unset".
    const value = given === undefined || given === '' ? defaultText : given;
    if (value === null) return null;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data as Value<N>;
    const secret = /PASSWORD|TOKEN|SECRET|MANIFEST_KEY/.test(name);
    const shown = secret ? 'the given value' : JSON.stringify(value);
    faults.push(`${name}: ${shown} ${parsed.error.issues.map((issue) => issue.message).join(', ')}`);
    return null;
  };

  const s3 = readS3(read, environment, faults);
  const settings = {
    port: read('HOURGLASS_PORT'),
    host: read('HOURGLASS_HOST'),
    timeZone: read('HOURGLASS_TIME_ZONE'),
    dataDirectory: read('HOURGLASS_DATA_DIR'),
    logLevel: read('HOURGLASS_LOG_LEVEL'),
    queriesPerHour: read('HOURGLASS_QUERIES_PER_HOUR'),
    activeQueries: read('HOURGLASS_ACTIVE_QUERIES'),
    queryTimeoutSeconds: read('HOURGLASS_QUERY_TIMEOUT_SECONDS'),
    retryDelaySeconds: read('HOURGLASS_RETRY_DELAY_SECONDS'),
    resultTtlSeconds: read('HOURGLASS_RESULT_TTL_SECONDS'),
    workerConcurrency: read('HOURGLASS_WORKER_CONCURRENCY'),
    engineMemoryMb: read('HOURGLASS_ENGINE_MEMORY_MB'),
    queryScratchMb: read('HOURGLASS_QUERY_SCRATCH_MB'),
    statsMemoryMb: read('HOURGLASS_STATS_MEMORY_MB'),
    bulkBatchRows: read('HOURGLASS_BULK_BATCH_ROWS'),
    ingestMemoryMb: read('HOURGLASS_INGEST_MEMORY_MB'),
    sealFacts: read('HOURGLASS_SEAL_FACTS'),
    sealAfterSeconds: read('HOURGLASS_SEAL_AFTER_SECONDS'),
    segmentFacts: read('HOURGLASS_SEGMENT_FACTS'),
    segmentCacheMb: read('HOURGLASS_SEGMENT_CACHE_MB'),
    resultManifest: read('HOURGLASS_RESULT_MANIFEST'),
    organization: read('HOURGLASS_BOOTSTRAP_ORG'),
    environments: read('HOURGLASS_BOOTSTRAP_ENVIRONMENTS'),
    email: read('HOURGLASS_BOOTSTRAP_EMAIL'),
  };
  const unsettable = {
    publicUrl: read('HOURGLASS_PUBLIC_URL'),
    retentionDays: read('HOURGLASS_RETENTION_DAYS'),
    crashPoint: read('HOURGLASS_CRASH_POINT'),
    databaseUrl: read('DATABASE_URL'),
    redisUrl: read('REDIS_URL'),
    password: read('HOURGLASS_BOOTSTRAP_PASSWORD'),
    token: read('HOURGLASS_BOOTSTRAP_TOKEN'),
    secretKey: read('HOURGLASS_SECRET_KEY'),
    manifestKey: read('HOURGLASS_MANIFEST_KEY'),
    engineThreads: read('HOURGLASS_ENGINE_THREADS'),
  };
  read('HOURGLASS_URL');
  const complete = withoutNulls(settings);
  if (faults.length > 0 || complete === null) throw new SettingsError(faults);

  const { organization, environments, email, queriesPerHour, activeQueries, queryTimeoutSeconds } = complete;
  const { sealFacts, sealAfterSeconds, segmentCacheMb, retryDelaySeconds, ...rest } = complete;
  return {
    ...rest,
    retryDelayMs: retryDelaySeconds * 1000,
    sealing: { minFacts: sealFacts, maxAgeMs: sealAfterSeconds * 1000 },
    segmentCacheBytes: segmentCacheMb * 1024 * 1024,
    retentionDays: unsettable.retentionDays,
    crashPoint: unsettable.crashPoint,
    dataDirectory: path.resolve(complete.dataDirectory),
    publicUrl: unsettable.publicUrl,
    databaseUrl: unsettable.databaseUrl,
    redisUrl: unsettable.redisUrl,
    s3,
    secretKey: unsettable.secretKey,
    manifestKey: unsettable.manifestKey,
    bootstrap: { organization, environments, email, password: unsettable.password, token: unsettable.token },
    limits: { queriesPerHour, activeQueries },
    queryTimeoutMs: queryTimeoutSeconds * 1000,
    engineThreads: unsettable.engineThreads ?? availableParallelism(),
  };
}

type Reader = <N extends Name>(name: N) => Value<N> | null;

function readS3(
  read: Reader,
  environment: Readonly<Record<string, string | undefined>>,
  faults: string[],
): S3Settings | null {
  const bucket = read('S3_BUCKET');
  const endpoint = read('S3_ENDPOINT');
  const accessKeyId = read('S3_ACCESS_KEY_ID');
  const secretAccessKey = read('S3_SECRET_ACCESS_KEY');
  const region = read('S3_REGION');
  const forcePathStyle = read('S3_FORCE_PATH_STYLE');
  if ((accessKeyId === null) !== (secretAccessKey === null)) {
    faults.push('S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: set both or none');
  }
  if (bucket === null) {
    if ((endpoint ?? accessKeyId) !== null && !environment['S3_BUCKET']) {
      faults.push('S3_BUCKET: must be set when other S3_ settings are');
    }
    return null;
  }
  if (region === null || forcePathStyle === null) return null;
  return { endpoint, bucket, region, accessKeyId, secretAccessKey, forcePathStyle };
}

function withoutNulls<T extends object>(record: T): { [K in keyof T]: NonNullable<T[K]> } | null {
  for (const value of Object.values(record)) if (value === null) return null;
  return record as { [K in keyof T]: NonNullable<T[K]> };
}

export interface ClientSettings {
  /** Without a slash at the end. */
  readonly url: string;
  /** Null: not set. */
  readonly token: string | null;
  /** Null: not set. */
  readonly accessKeySecret: string | null;
}

/**
 * The settings that the command line reads.
 * @throws SettingsError when one of them is malformed.
 */
export function readClientSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ClientSettings {
  const { HOURGLASS_URL, HOURGLASS_TOKEN, HOURGLASS_ACCESS_KEY_SECRET } = settingDefinitions;
  const url = HOURGLASS_URL.schema.safeParse(environment['HOURGLASS_URL'] || HOURGLASS_URL.defaultText);
  if (!url.success) {
    throw new SettingsError(url.error.issues.map((issue) => `HOURGLASS_URL: ${issue.message}`));
  }
  const token = HOURGLASS_TOKEN.schema.safeParse(environment['HOURGLASS_TOKEN']);
  const secret = HOURGLASS_ACCESS_KEY_SECRET.schema.safeParse(environment['HOURGLASS_ACCESS_KEY_SECRET']);
  return {
    url: url.data.replace(/\/+$/, ''),
    token: token.success ? token.data : null,
    accessKeySecret: secret.success ? secret.data : null,
  };
}

/** @throws SettingsError when this process was started without the database that `npm start` would bring. */
export function requireDatabaseUrl(settings: Settings): string {
  return settings.databaseUrl ?? missing('DATABASE_URL');
}

/** @throws SettingsError when this process was started without the queue that `npm start` would bring. */
export function requireRedisUrl(settings: Settings): string {
  return settings.redisUrl ?? missing('REDIS_URL');
}

function missing(name: string): never {
  throw new SettingsError([`${name}: must be set when a process is started by itself; npm start sets it`]);
}

/** The environment of a child process: that of this one, with changes. */
export function environmentWith(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}
