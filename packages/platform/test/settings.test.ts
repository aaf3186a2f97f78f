import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { settingDefinitions } from '../src/setting-definitions.ts';
import { SettingsError, readClientSettings, readSettings } from '../src/settings.ts';

describe('settings', () => {
  test('have the defaults of the running contract when nothing is set', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      timeZone: 'UTC',
      databaseUrl: null,
      redisUrl: null,
      s3: null,
      queryTimeoutMs: 21_600_000,
      resultTtlSeconds: 604_800,
      workerConcurrency: 2,
      engineMemoryMb: 1024,
      statsMemoryMb: 256,
      bootstrap: {
        organization: 'demo',
        environments: ['prod', 'test'],
        email: 'admin@example.com',
        password: null,
        token: null,
      },
    });
    expect(settings.dataDirectory.endsWith('/.hourglass')).toBe(true);
    expect(settings.engineThreads).toBeGreaterThanOrEqual(1);
  });

  test('list every fault at once: unknown names, malformed values, half-set groups', () => {
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

  test('never print a secret in a fault', () => {
    const faults = faultsOf({ HOURGLASS_BOOTSTRAP_TOKEN: 'short-secret' });
    expect(faults.join()).toContain('HOURGLASS_BOOTSTRAP_TOKEN');
    expect(faults.join()).not.toContain('short-secret');
  });

  test('take a key of secrets that has 32 bytes, and show no other one', () => {
    const key = Buffer.alloc(32, 7);
    const { secretKey } = readSettings({ HOURGLASS_SECRET_KEY: key.toString('base64') });
    expect(Buffer.from(secretKey ?? []).equals(key)).toBe(true);
    expect(readSettings({}).secretKey).toBeNull();
    for (const wrong of [Buffer.alloc(31, 7).toString('base64'), 'a secret that is no base64']) {
      const faults = faultsOf({ HOURGLASS_SECRET_KEY: wrong });
      expect(faults).toEqual([
        expect.stringContaining('HOURGLASS_SECRET_KEY: the given value must be base64'),
      ]);
      expect(faults.join()).not.toContain(wrong);
    }
  });

  test('take the names of the tz database and UTC for a time zone, and nothing that PostgreSQL reads another way', () => {
    for (const name of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5']) {
      expect(readSettings({ HOURGLASS_TIME_ZONE: name }).timeZone).toBe(name);
    }
    for (const name of ['Europe/Atlantis', 'CET', '+01:00', 'UTC+1', "Europe/Berlin'", 'local']) {
      expect([name, ...faultsOf({ HOURGLASS_TIME_ZONE: name })]).toEqual([
        name,
        expect.stringContaining('HOURGLASS_TIME_ZONE: '),
      ]);
    }
  });

  test('take an empty variable as unset, as compose files write it', () => {
    expect(readSettings({ DATABASE_URL: '', HOURGLASS_PORT: '' })).toMatchObject({
      databaseUrl: null,
      port: 8080,
    });
  });

  test('of the command line have a default URL and lose the slash at its end', () => {
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

  test('are all in .env.example, each with its unit and its default, and nothing else is', () => {
    const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
    const listed = [...example.matchAll(/^#([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    const defined = Object.entries(settingDefinitions).map(([name, { defaultText }]) => [
      name,
      defaultText ?? '',
    ]);
    expect(listed).toEqual(defined);
    for (const { unit, defaultText, description } of Object.values(settingDefinitions)) {
      expect(example).toContain(`# ${description}\n# Unit: ${unit}. Default: ${defaultText ?? 'unset'}.\n`);
    }
  });
});

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}
