import { clientSettings, serverSettings, settingDefinitions } from './setting-definitions.ts';
import { mapDefinitions, type SettingDefinition, type SettingValues } from './setting.ts';

type ServerSettingValues = SettingValues<typeof serverSettings>;

type S3Settings = ServerSettingValues['s3'] & { readonly bucket: string };

export type Settings = Omit<ServerSettingValues, 's3'> & {
  /** Null: a folder in the data directory is the object store. */
  readonly s3: S3Settings | null;
};

export type BootstrapSettings = Settings['bootstrap'];

export type ClientSettings = SettingValues<typeof clientSettings>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Lists every fault of the environment at once; the process must not start with any. */
export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`the settings have ${count}:\n  ${faults.join('\n  ')}`);
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

const reservedPrefix = /^(HOURGLASS_|S3_)/;

/**
 * Reads the settings of a server process.
 * @throws SettingsError for unknown names with a reserved prefix, malformed values and incomplete groups.
 */
export function readSettings(environment: Environment = process.env): Settings {
  const faults = unknownNames(environment);
  const values = mapDefinitions(serverSettings, (definition) => readValue(definition, environment, faults));
  mapDefinitions(clientSettings, (definition) => readValue(definition, environment, faults));
  const s3 = checkS3(values.s3, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { ...values, s3 };
}

/**
 * Reads the settings of the command line.
 * @throws SettingsError for a malformed value.
 */
export function readClientSettings(environment: Environment = process.env): ClientSettings {
  const faults: string[] = [];
  const values = mapDefinitions(clientSettings, (definition) => readValue(definition, environment, faults));
  if (faults.length > 0) throw new SettingsError(faults);
  return values;
}

function unknownNames(environment: Environment): string[] {
  const known = new Set(settingDefinitions.map(({ name }) => name));
  return Object.keys(environment)
    .filter((name) => reservedPrefix.test(name) && !known.has(name))
    .map((name) => `${name}: unknown setting; .env.example lists all settings`);
}

/** Returns null for a malformed value, after adding a fault. */
function readValue(
  { name, schema, whenUnset, help }: SettingDefinition<unknown>,
  environment: Environment,
  faults: string[],
): unknown {
  // Compose files and shells write an unset variable as an empty one.
  const text = environment[name] || whenUnset;
  if (typeof text === 'function') return text();
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const shown = help.secret ? 'the value' : JSON.stringify(text);
  const expected = parsed.error.issues.map(({ message }) => message).join(', ');
  faults.push(`${name}: ${shown} is not valid; expected ${expected}`);
  return null;
}

function checkS3(s3: ServerSettingValues['s3'], faults: string[]): S3Settings | null {
  const { bucket, endpoint, accessKeyId, secretAccessKey } = s3;
  if ((accessKeyId === null) !== (secretAccessKey === null)) {
    faults.push('S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: only one is set; expected both or neither');
  }
  if (bucket !== null) return { ...s3, bucket };
  if (endpoint !== null || accessKeyId !== null) {
    faults.push('S3_BUCKET: unset while other S3_ settings are set; expected the name of a bucket');
  }
  return null;
}

/** @throws SettingsError when it is unset, which only `npm start` makes up for. */
export function requireDatabaseUrl(settings: Settings): string {
  return settings.databaseUrl ?? missing('DATABASE_URL', 'a postgresql:// URL');
}

/** @throws SettingsError when it is unset, which only `npm start` makes up for. */
export function requireRedisUrl(settings: Settings): string {
  return settings.redisUrl ?? missing('REDIS_URL', 'a redis:// or rediss:// URL');
}

function missing(name: string, expected: string): never {
  throw new SettingsError([
    `${name}: unset, and only npm start runs an embedded server; expected ${expected}`,
  ]);
}

/** The environment of a child process: that of this process, with changes. */
export function environmentWith(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}
