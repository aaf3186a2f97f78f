import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings, settingDefinitions } from '@hourglass/platform';
import { isServiceMissing } from '@hourglass/testing';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[] };
}

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const composeText = read('docker-compose.yml');
const dockerfile = read('Dockerfile');
const compose = parse(composeText, { merge: true }) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build !== undefined);

/** Fixed by the images: places inside the container. */
const imageSettings = ['HOURGLASS_HOST', 'HOURGLASS_PORT', 'HOURGLASS_DATA_DIR'];
/** Names of the settings that a service reads and its image does not fix. */
const settingsOf = (service: string) =>
  settingDefinitions
    .filter(({ help }) => help.readBy.some((reader) => reader === service))
    .map(({ name }) => name)
    .filter((name) => !imageSettings.includes(name))
    .sort();
const variable = /^\$\{([A-Z0-9_]+):-([^}]*)\}$/;

/** `apps/x/dist/y.js` is built from `apps/x/src/y.ts`. */
function expectProgram(program: string): void {
  expect(program).toMatch(/^apps\/[a-z]+\/dist\/[a-z-]+\.js$/);
  const source = program.replace('/dist/', '/src/').replace(/\.js$/, '.ts');
  expect(existsSync(path.join(root, source)), `${source} is the source of ${program}`).toBe(true);
}

test('all services of the design are defined', () => {
  expect(services.map(([name]) => name).sort()).toEqual(
    ['api', 'migrate', 'object-store', 'postgres', 'valkey', 'worker'].sort(),
  );
  expect(ours.map(([name]) => name).sort()).toEqual(['api', 'migrate', 'worker']);
});

test.each(ours)('%s runs a program of the build, from a stage of the Dockerfile', (_, service) => {
  expect(service.command?.[0]).toBe('node');
  expectProgram(service.command?.[1] ?? '');
  expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${service.build?.target}$`, 'm'));
});

test('the images start programs of the build, not as root', () => {
  const programs = [...dockerfile.matchAll(/^CMD \["node", "([^"]+)"\]$/gm)].map(
    ([, program]) => program ?? '',
  );
  expect(programs).toHaveLength(2);
  for (const program of programs) expectProgram(program);
  const users = [...dockerfile.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user);
  expect(users).toEqual(['node']);
});

test.each(ours)(
  '%s gets exactly the settings that it reads, from variables of the same names',
  (name, service) => {
    const environment = service.environment ?? {};
    expect(settingsOf(name).length).toBeGreaterThan(10);
    expect(Object.keys(environment).sort()).toEqual(settingsOf(name));
    for (const [setting, value] of Object.entries(environment)) {
      expect([setting, variable.exec(value)?.[1]]).toEqual([setting, setting]);
    }
  },
);

test('the only other settings decide where the API is published', () => {
  const given = new Set(ours.flatMap(([, { environment = {} }]) => Object.keys(environment)));
  const asked = [...composeText.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name ?? '');
  const others = asked.filter((name) => !given.has(name));
  expect(new Set(others)).toEqual(new Set(['HOURGLASS_HOST', 'HOURGLASS_PORT']));
  for (const name of imageSettings) expect(dockerfile).toContain(`${name}=`);
});

test('defaults of the settings are not repeated', () => {
  const defaults = new Map(settingDefinitions.map(({ name, whenUnset }) => [name, whenUnset]));
  for (const [, { environment = {} }] of ours) {
    for (const [name, value] of Object.entries(environment)) {
      const own = variable.exec(value)?.[2];
      if (own !== '') expect([name, own]).not.toEqual([name, defaults.get(name)]);
    }
  }
});

test.each(ours)('%s accepts its settings when .env is empty', (_, { environment = {} }) => {
  const defaults = Object.entries(environment).map(([name, value]) => [name, variable.exec(value)?.[2]]);
  const settings = readSettings('api', Object.fromEntries(defaults) as Record<string, string>);
  expect(settings.databaseUrl).toContain('@postgres:5432/');
  expect(settings.s3).toMatchObject({ endpoint: 'http://object-store:8333', forcePathStyle: true });
});

test('the object store has the bucket and the key pair that the programs use', () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, S3_BUCKET } =
    compose.services['object-store']?.environment ?? {};
  expect(compose.services['worker']?.environment).toMatchObject({
    S3_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID,
    S3_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY,
    S3_BUCKET,
  });
});

test('images have exact versions', () => {
  const images = services.map(([, { image }]) => image);
  const bases = [...dockerfile.matchAll(/^FROM (\S+:\S+) AS/gm)].map(([, image]) => image ?? '');
  expect(bases).toHaveLength(1);
  for (const image of [...images, ...bases])
    expect(image).toMatch(/^[a-z0-9/-]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?$/);
});

test('only the API is published, and unless HOURGLASS_HOST is set only on the loopback interface', () => {
  for (const [name, { ports = [] }] of services) {
    expect(ports).toHaveLength(name === 'api' ? 1 : 0);
    for (const port of ports) expect(port).toMatch(/^\$\{HOURGLASS_HOST:-127\.0\.0\.1\}:/);
  }
});

test('each service that another one waits for can reach the awaited condition', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const target = compose.services[other];
      expect(target, `${name} waits for ${other}`).toBeDefined();
      if (condition === 'service_healthy') expect(target?.healthcheck?.test).toBeDefined();
      else expect([condition, other]).toEqual(['service_completed_successfully', 'migrate']);
    }
  }
});

test('every named volume is declared, and the queue does not evict jobs', () => {
  const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
  expect(new Set(mounted)).toEqual(new Set(Object.keys(compose.volumes)));
  const command = compose.services['valkey']?.command ?? [];
  expect(command[command.indexOf('--maxmemory-policy') + 1]).toBe('noeviction');
});

const programs: readonly (readonly [string, ...string[]])[] = [['docker-compose'], ['docker', 'compose']];
const program = programs.find(([name, ...args]) => spawnSync(name, [...args, 'version']).status === 0);
const missing = isServiceMissing({
  service: 'docker-compose',
  problem: program === undefined ? 'neither docker-compose nor "docker compose" is on PATH' : null,
  environment: process.env,
});

describe.skipIf(missing)('for Docker Compose', () => {
  /** The services as Compose resolves them with these variables in `.env`. */
  async function resolve(variables: Readonly<Record<string, string>>): Promise<typeof compose> {
    const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-compose-'));
    try {
      const file = path.join(folder, '.env');
      const lines = Object.entries(variables).map(([variable, value]) => `${variable}=${value}\n`);
      await writeFile(file, lines.join(''));
      const [name, ...args] = program ?? ['docker-compose'];
      const { status, stdout, stderr } = spawnSync(
        name,
        [...args, '--env-file', file, '--file', 'docker-compose.yml', 'config'],
        // Settings of this machine would hide a wrong default.
        { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: process.env['HOME'] } },
      );
      expect([status, stderr]).toEqual([0, '']);
      return parse(stdout) as typeof compose;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test('the file is valid and means the same services', async () => {
    const resolved = await resolve({});
    expect(Object.keys(resolved.services).sort()).toEqual(services.map(([service]) => service).sort());
    expect(resolved.services['api']?.environment).toMatchObject({ REDIS_URL: 'redis://valkey:6379' });
  });

  test('every setting in .env reaches every service that reads it', async () => {
    const names = settingDefinitions.map(({ name }) => name);
    const { services: resolved } = await resolve({
      ...Object.fromEntries(names.map((name) => [name, `of-${name}`])),
      HOURGLASS_HOST: '127.0.0.2',
      HOURGLASS_PORT: '8181',
    });
    for (const [service] of ours) {
      const expected = Object.fromEntries(settingsOf(service).map((name) => [name, `of-${name}`]));
      expect([service, resolved[service]?.environment]).toEqual([service, expected]);
    }
    expect(JSON.stringify(resolved['api']?.ports)).toMatch(/127\.0\.0\.2.*8181|8181.*127\.0\.0\.2/);
  });
});
