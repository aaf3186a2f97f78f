import { counted, didYouMean } from '@hourglass/contract/messages';
import { addressSettings } from './address-settings.ts';
import { clientSettings } from './client-settings.ts';
import type { clusterSettings } from './cluster-settings.ts';
import { serverSettings, settingDefinitions } from './setting-definitions.ts';
import type { signInSettings } from './sign-in-settings.ts';
import {
  listDefinitions,
  mapDefinitions,
  type Reader,
  type SettingDefinition,
  type SettingValues,
} from './setting.ts';

/** A server program. */
export type ServerReader = Exclude<Reader, 'cli'>;

type S3Values = SettingValues<typeof serverSettings.s3, 'api'>;

type S3Settings = S3Values & { readonly bucket: string };

type AddressValues = SettingValues<typeof addressSettings, 'api'>;

type OidcValues = SettingValues<typeof signInSettings.oidc, 'api'>;

export interface OidcSettings extends OidcValues {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

type ClusterValues = SettingValues<typeof clusterSettings, 'worker'>;

export interface ClusterSettings extends Omit<ClusterValues['cluster'], 'urls' | 'password'> {
  readonly urls: readonly string[];
  readonly password: string;
}

/** PEM files. */
export interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The settings that every program of `By` reads. */
export type Settings<By extends ServerReader> = Omit<
  SettingValues<typeof serverSettings, By>,
  's3' | 'tls' | 'oidc' | 'cluster'
> & {
  /** Null: the workers compute all queries. */
  readonly cluster: ClusterSettings | null;
  /** Null: a folder in the data directory is the object store. */
  readonly s3: S3Settings | null;
  /** Null: the API speaks HTTP. */
  readonly tls: TlsSettings | null;
  /** Null: users sign in with passwords only. */
  readonly oidc: OidcSettings | null;
};

export type BootstrapSettings = Settings<'migrate'>['bootstrap'];

export type ClientSettings = SettingValues<typeof clientSettings, 'cli'>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Lists every fault of the environment at once; the process must not start with any. */
export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the settings have ${counted(faults.length, 'fault')}:\n  ${faults.join('\n  ')}`);
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

const reservedPrefix = /^(HOURGLASS_|S3_)/;

/**
 * Reads the settings of a server program. Checks those of all programs, so that a fault shows before
 * the program that it concerns is started.
 * @throws SettingsError for unknown names with a reserved prefix, malformed values and incomplete groups.
 */
export function readSettings<By extends ServerReader>(
  reader: By,
  environment: Environment = process.env,
): Settings<By> {
  const faults = unknownNames(environment);
  const read = readAll(settingDefinitions, environment, faults);
  const s3 = checkS3(mapDefinitions(serverSettings.s3, 'api', read), faults);
  const tls = checkTls(mapDefinitions(addressSettings, 'api', read), faults);
  const oidc = checkOidc(mapDefinitions(serverSettings, 'api', read), faults);
  const cluster = checkCluster(mapDefinitions(serverSettings, 'worker', read), s3, faults);
  checkSmtp(mapDefinitions(serverSettings, 'api', read), faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { ...mapDefinitions(serverSettings, reader, read), s3, tls, oidc, cluster };
}

/**
 * Reads the settings of the command line.
 * @throws SettingsError for a malformed value.
 */
export function readClientSettings(environment: Environment = process.env): ClientSettings {
  const faults: string[] = [];
  const read = readAll(listDefinitions(clientSettings), environment, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return mapDefinitions(clientSettings, 'cli', read);
}

/** Reads each value once, adds its faults, and returns the look-up of the values. */
function readAll(
  definitions: readonly SettingDefinition<unknown>[],
  environment: Environment,
  faults: string[],
): (definition: SettingDefinition<unknown>) => unknown {
  const values = new Map(
    definitions.map((definition) => [definition, readValue(definition, environment, faults)]),
  );
  return (definition) => values.get(definition);
}

function unknownNames(environment: Environment): string[] {
  const known = new Set(settingDefinitions.map(({ name }) => name));
  return Object.keys(environment)
    .filter((name) => reservedPrefix.test(name) && !known.has(name))
    .map(
      (name) => `${name}: unknown setting; .env.example lists all settings${didYouMean(name, [...known])}`,
    );
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
  const shown = help.secret ? 'the value' : JSON.stringify(text.replace(/\/\/[^/?#]*@/, '//…@'));
  const expected = parsed.error.issues.map(({ message }) => message).join(', ');
  faults.push(`${name}: ${shown} is not valid; expected ${expected}`);
  return null;
}

function checkS3(s3: S3Values, faults: string[]): S3Settings | null {
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

function checkTls({ tls, publicUrl }: AddressValues, faults: string[]): TlsSettings | null {
  const { certFile, keyFile } = tls;
  if (certFile === null && keyFile === null) return null;
  if (certFile === null || keyFile === null) {
    faults.push('HOURGLASS_TLS_CERT, HOURGLASS_TLS_KEY: only one is set; expected both or neither');
    return null;
  }
  if (publicUrl !== null && new URL(publicUrl).protocol === 'http:') {
    faults.push('HOURGLASS_PUBLIC_URL: begins with http:// while the API speaks TLS; expected https://');
  }
  return { certFile, keyFile };
}

function checkOidc(
  { oidc, publicUrl }: Pick<SettingValues<typeof serverSettings, 'api'>, 'oidc' | 'publicUrl'>,
  faults: string[],
): OidcSettings | null {
  const { issuer, clientId, clientSecret } = oidc;
  if (issuer === null && clientId === null && clientSecret === null) return null;
  if (issuer === null || clientId === null || clientSecret === null) {
    faults.push(
      'HOURGLASS_OIDC_ISSUER, HOURGLASS_OIDC_CLIENT_ID, HOURGLASS_OIDC_CLIENT_SECRET: some are unset; expected all or none',
    );
    return null;
  }
  if (publicUrl === null) {
    faults.push(
      'HOURGLASS_PUBLIC_URL: unset while HOURGLASS_OIDC_ISSUER is set; expected the URL that browsers use',
    );
  }
  return { ...oidc, issuer, clientId, clientSecret };
}

function checkCluster(
  { engine, cluster: { urls, password, ...rest } }: ClusterValues,
  s3: S3Settings | null,
  faults: string[],
): ClusterSettings | null {
  if (urls === null) {
    if (engine === 'clickhouse')
      faults.push(
        'CLICKHOUSE_URLS: unset while HOURGLASS_ENGINE is clickhouse; expected the URLs of its nodes',
      );
    if (password !== null)
      faults.push('CLICKHOUSE_URLS: unset while CLICKHOUSE_PASSWORD is set; expected both or neither');
    return null;
  }
  if (s3 === null)
    faults.push('S3_BUCKET: unset while CLICKHOUSE_URLS is set; expected the bucket that its nodes read');
  if (password === null) {
    faults.push(
      'CLICKHOUSE_PASSWORD: unset while CLICKHOUSE_URLS is set; expected the password of CLICKHOUSE_USER',
    );
    return null;
  }
  return { ...rest, urls, password };
}

function checkSmtp(
  { delivery: { smtpUrl, smtpFrom } }: Pick<SettingValues<typeof serverSettings, 'api'>, 'delivery'>,
  faults: string[],
): void {
  if ((smtpUrl === null) !== (smtpFrom === null)) {
    faults.push('HOURGLASS_SMTP_URL, HOURGLASS_SMTP_FROM: only one is set; expected both or neither');
  }
}

/** @throws SettingsError when it is unset, which only `npm start` makes up for. */
export function requireDatabaseUrl(settings: Pick<Settings<'api'>, 'databaseUrl'>): string {
  return settings.databaseUrl ?? missing('DATABASE_URL', 'a postgresql:// URL');
}

/** @throws SettingsError when it is unset although a provider of sign-ins is set. `npm start` makes one. */
export function requireSecretKey(settings: Pick<Settings<'api'>, 'secretKey'>): Uint8Array {
  if (settings.secretKey !== null) return settings.secretKey;
  throw new SettingsError([
    'HOURGLASS_SECRET_KEY: unset while HOURGLASS_OIDC_ISSUER is set; expected a key, which seals cookies',
  ]);
}

/** @throws SettingsError when it is unset, which only `npm start` makes up for. */
export function requireRedisUrl(settings: Pick<Settings<'api'>, 'redisUrl'>): string {
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
