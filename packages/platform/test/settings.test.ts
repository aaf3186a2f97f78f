import { describe, expect, test } from 'vitest';
import { SettingsError, readClientSettings, readSettings } from '../src/settings.ts';

describe('settings', () => {
  test('have documented defaults when nothing is set', () => {
    const settings = readSettings('api', {});
    expect(settings).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      timeZone: 'UTC',
      databaseUrl: null,
      redisUrl: null,
      s3: null,
      statsMemoryMb: 384,
    });
    expect(settings.dataDirectory.endsWith('/.hourglass')).toBe(true);
    const ofWorker = readSettings('worker', {});
    expect(ofWorker).toMatchObject({
      queryTimeoutMs: 21_600_000,
      resultTtlSeconds: 604_800,
      workerConcurrency: 2,
      engineMemoryMb: 1024,
    });
    expect(ofWorker.engineThreads).toBeGreaterThanOrEqual(1);
    expect(readSettings('migrate', {}).bootstrap).toEqual({
      organization: 'demo',
      environments: ['prod', 'test'],
      email: 'admin@example.com',
      password: null,
      token: null,
    });
  });

  test('of a program are those that it reads; the faults are those of all programs', () => {
    expect(readSettings('worker', {})).not.toHaveProperty('bootstrap.token');
    expect(readSettings('api', {})).not.toHaveProperty('engineMemoryMb');
    expect(faultsOf({ HOURGLASS_ENGINE_MEMORY_MB: '1 GB' })).toEqual([
      expect.stringContaining('HOURGLASS_ENGINE_MEMORY_MB: '),
    ]);
  });

  test('of TLS are a pair, and do not contradict the public URL', () => {
    const pair = { HOURGLASS_TLS_CERT: '/tls/cert.pem', HOURGLASS_TLS_KEY: '/tls/key.pem' };
    expect(readSettings('api', pair).tls).toEqual({ certFile: '/tls/cert.pem', keyFile: '/tls/key.pem' });
    expect(readSettings('standalone', {}).tls).toBeNull();
    expect(faultsOf({ HOURGLASS_TLS_KEY: 'key.pem' })).toEqual([
      'HOURGLASS_TLS_CERT, HOURGLASS_TLS_KEY: only one is set; expected both or neither',
    ]);
    expect(faultsOf({ ...pair, HOURGLASS_PUBLIC_URL: 'http://reports.example' })).toEqual([
      'HOURGLASS_PUBLIC_URL: begins with http:// while the API speaks TLS; expected https://',
    ]);
  });

  test('of a cluster are complete, and its addresses have no credentials', () => {
    const bucket = { S3_BUCKET: 'facts' };
    const complete = {
      ...bucket,
      CLICKHOUSE_URLS: 'http://a:8123, https://b:8443',
      CLICKHOUSE_PASSWORD: 'canary',
    };
    expect(readSettings('worker', {}).cluster).toBeNull();
    expect(readSettings('worker', complete).cluster).toEqual({
      urls: ['http://a:8123', 'https://b:8443'],
      user: 'hourglass',
      password: 'canary',
      name: 'hourglass',
      collection: 'hourglass_store',
      memoryMb: 8192,
    });
    expect(faultsOf({ CLICKHOUSE_URLS: 'http://a:8123' })).toEqual([
      'S3_BUCKET: unset while CLICKHOUSE_URLS is set; expected the bucket that its nodes read',
      'CLICKHOUSE_PASSWORD: unset while CLICKHOUSE_URLS is set; expected the password of CLICKHOUSE_USER',
    ]);
    expect(faultsOf({ HOURGLASS_ENGINE: 'clickhouse' })).toEqual([
      'CLICKHOUSE_URLS: unset while HOURGLASS_ENGINE is clickhouse; expected the URLs of its nodes',
    ]);
    const [fault = ''] = faultsOf({ ...complete, CLICKHOUSE_URLS: 'http://me:canary@a:8123' });
    expect(fault).toMatch(/^CLICKHOUSE_URLS: .*without user and password/);
    expect(fault).not.toContain('canary');
  });

  test('of an identity provider are complete, and map groups to roles', () => {
    const complete = {
      HOURGLASS_OIDC_ISSUER: 'https://login.example',
      HOURGLASS_OIDC_CLIENT_ID: 'hourglass',
      HOURGLASS_OIDC_CLIENT_SECRET: 'canary',
      HOURGLASS_PUBLIC_URL: 'https://reports.example',
    };
    expect(readSettings('api', {}).oidc).toBeNull();
    const groups = 'a=b=acme:member, Team X=acme:operator';
    expect(readSettings('api', { ...complete, HOURGLASS_OIDC_GROUPS: groups }).oidc?.groups).toEqual([
      { group: 'a=b', organization: 'acme', role: 'member' },
      { group: 'Team X', organization: 'acme', role: 'operator' },
    ]);
    for (const wrong of ['a', 'a=acme', 'a=acme:owner', 'a=ac/me:member', 'a=acme:member,']) {
      expect(faultsOf({ ...complete, HOURGLASS_OIDC_GROUPS: wrong })).toHaveLength(1);
    }
    expect(faultsOf({ ...complete, HOURGLASS_OIDC_ISSUER: 'http://login.example' })).toHaveLength(2);
    expect(faultsOf({ ...complete, HOURGLASS_PUBLIC_URL: '' })).toHaveLength(1);
    expect(faultsOf({ HOURGLASS_OIDC_CLIENT_SECRET: 'canary' }).join()).not.toContain('canary');
  });

  test('report every fault at once: unknown names, malformed values, incomplete groups', () => {
    const faults = faultsOf({
      HOURGLASS_PROT: '80',
      HOURGLASS_PORT: '99999',
      HOURGLASS_WORKER_CONCURRENCY: 'two',
      DATABASE_URL: 'mysql://x',
      S3_ACCESS_KEY_ID: 'k',
    });
    expect(faults).toHaveLength(6);
    for (const name of [
      'HOURGLASS_PROT',
      'HOURGLASS_PORT',
      'HOURGLASS_WORKER_CONCURRENCY',
      'DATABASE_URL',
      'S3_SECRET_ACCESS_KEY',
      'S3_BUCKET',
    ]) {
      expect(faults.some((fault) => fault.includes(name))).toBe(true);
    }
  });

  test('suggest the nearest setting for an unknown one', () => {
    expect(faultsOf({ HOURGLASS_RETENTION_DAY: '7' })).toEqual([
      'HOURGLASS_RETENTION_DAY: unknown setting; .env.example lists all settings. Did you mean "HOURGLASS_RETENTION_DAYS"?',
    ]);
  });

  test('hide secrets in faults', () => {
    const faults = faultsOf({ HOURGLASS_BOOTSTRAP_TOKEN: 'short-secret' });
    expect(faults.join()).toContain('HOURGLASS_BOOTSTRAP_TOKEN');
    expect(faults.join()).not.toContain('short-secret');
  });

  test('hide the passwords of connection strings, wherever they are', () => {
    const urls = ['postgresql://u:p#canary@host/db', 'mysql://host/db?password=canary', 'canary'];
    for (const url of urls) {
      const faults = faultsOf({ DATABASE_URL: url, REDIS_URL: url }).join();
      expect(faults).toContain('DATABASE_URL: the value is not valid');
      expect(faults).not.toContain('canary');
    }
  });

  test('accept a secret key of 32 bytes and hide a malformed one', () => {
    const key = Buffer.alloc(32, 7);
    const { secretKey } = readSettings('api', { HOURGLASS_SECRET_KEY: key.toString('base64') });
    expect(Buffer.from(secretKey ?? []).equals(key)).toBe(true);
    expect(readSettings('api', {}).secretKey).toBeNull();
    for (const wrong of [Buffer.alloc(31, 7).toString('base64'), 'a secret, not base64']) {
      const faults = faultsOf({ HOURGLASS_SECRET_KEY: wrong });
      expect(faults).toEqual([
        expect.stringContaining('HOURGLASS_SECRET_KEY: the value is not valid; expected base64'),
      ]);
      expect(faults.join()).not.toContain(wrong);
    }
  });

  test('accept names of the tz database and UTC as a time zone, but no name that PostgreSQL reads differently', () => {
    for (const name of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5']) {
      expect(readSettings('api', { HOURGLASS_TIME_ZONE: name }).timeZone).toBe(name);
    }
    for (const name of ['Europe/Atlantis', 'CET', '+01:00', 'UTC+1', "Europe/Berlin'", 'local']) {
      expect([name, ...faultsOf({ HOURGLASS_TIME_ZONE: name })]).toEqual([
        name,
        expect.stringContaining('HOURGLASS_TIME_ZONE: '),
      ]);
    }
  });

  test('treat an empty variable as unset, as compose files write it', () => {
    expect(readSettings('api', { DATABASE_URL: '', HOURGLASS_PORT: '' })).toMatchObject({
      databaseUrl: null,
      port: 8080,
    });
  });

  test('of the command line have a default URL without a trailing slash', () => {
    expect(readClientSettings({})).toEqual({
      url: 'http://127.0.0.1:8080',
      token: null,
      accessKeySecret: null,
    });
    expect(
      readClientSettings({
        HOURGLASS_URL: 'https://h.example/',
        HOURGLASS_TOKEN: 't',
        HOURGLASS_ACCESS_KEY_SECRET: 's',
      }),
    ).toEqual({ url: 'https://h.example', token: 't', accessKeySecret: 's' });
  });
});

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings('api', environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}
