import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings } from '@hourglass/platform';
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
const settingNames = new Set(
  [...read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name),
);

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

test('every variable is a setting that .env.example describes', () => {
  expect(settingNames.size).toBeGreaterThan(20);
  const given = ours.flatMap(([, { environment = {} }]) => Object.keys(environment));
  const asked = [...composeText.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name ?? '');
  expect(given.length).toBeGreaterThan(20);
  for (const name of [...given, ...asked]) expect(settingNames).toContain(name);
});

test.each(ours)('%s accepts its settings when .env is empty', (_, { environment = {} }) => {
  const defaults = Object.entries(environment).map(([name, value]) => [
    name,
    value.replaceAll(/\$\{[A-Z0-9_]+:-([^}]*)\}/g, '$1'),
  ]);
  const settings = readSettings(Object.fromEntries(defaults) as Record<string, string>);
  expect(settings.databaseUrl).toContain('@postgres:5432/');
  expect(settings.redisUrl).toBe('redis://valkey:6379');
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

test('only the API is published, and only on the loopback interface', () => {
  for (const [name, { ports = [] }] of services) {
    expect(ports).toHaveLength(name === 'api' ? 1 : 0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
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
  test('the file is valid and means the same services', () => {
    const [name, ...args] = program ?? ['docker-compose'];
    const { status, stdout, stderr } = spawnSync(name, [...args, '--file', 'docker-compose.yml', 'config'], {
      cwd: root,
      encoding: 'utf8',
      // Settings of this machine would hide a wrong default.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const resolved = parse(stdout) as typeof compose;
    expect(Object.keys(resolved.services).sort()).toEqual(services.map(([service]) => service).sort());
    expect(resolved.services['api']?.environment).toMatchObject({ REDIS_URL: 'redis://valkey:6379' });
  });
});
