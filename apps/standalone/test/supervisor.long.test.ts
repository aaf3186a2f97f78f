import { fileURLToPath } from 'node:url';
import {
  descendantsOf,
  eventually,
  isRunning,
  repositoryRoot,
  startNode,
  temporaryFolder,
  type NodeProcess,
  type TemporaryFolder,
} from '@hourglass/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

const fixture = fileURLToPath(new URL('fixtures/supervisor.mjs', import.meta.url));
const external = { databaseUrl: 'postgresql://elsewhere/db', redisUrl: 'redis://elsewhere' };
const embedded = { databaseUrl: null, redisUrl: null };

let folder: TemporaryFolder;
let started: NodeProcess[];

beforeEach(async () => {
  folder = await temporaryFolder();
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((supervisor) => supervisor.stop()));
  await folder.remove();
});

function supervisor(
  options: {
    services?: { databaseUrl: string | null; redisUrl: string | null };
    env?: Record<string, string>;
    backOff?: { firstMs: number; maximumMs: number; resetAfterMs: number };
  } = {},
): NodeProcess {
  const argument = {
    settings: {
      port: 0,
      host: '127.0.0.1',
      dataDirectory: folder.path,
      secretKey: null,
      tls: null,
      ...(options.services ?? external),
    },
    backOff: options.backOff ?? { firstMs: 50, maximumMs: 1_000, resetAfterMs: 60_000 },
  };
  const process = startNode(fixture, {
    args: [JSON.stringify(argument)],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...options.env },
    cwd: repositoryRoot,
  });
  started.push(process);
  return process;
}

interface Line {
  readonly program?: string;
  readonly pid?: number;
  readonly msg?: string;
  readonly child?: string;
  readonly restartInMs?: number;
  readonly [other: string]: unknown;
}

function linesOf(process: NodeProcess): Line[] {
  return process
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

function pidOf(process: NodeProcess, test: (line: Line) => boolean): number {
  const pid = linesOf(process).find((line) => test(line))?.pid;
  if (pid === undefined) throw new Error(`no such line:\n${process.output()}`);
  return pid;
}

const byProgram = (name: string) => (line: Line) => line.program === name && line.pid !== undefined;
const byMessage = (text: string) => (line: Line) => line.msg === text;

const ready = (process: NodeProcess) =>
  process.lineWith((line) => line.match(/^ready on (http:\/\/127\.0\.0\.1:\d+)$/)?.[1] ?? null);

const alive = (pids: readonly number[]): number[] => pids.filter(isRunning);

const descendants = (root: number): number[] => descendantsOf(root).map(({ pid }) => pid);

test('starts everything, prints its URL, and stops everything in order on SIGTERM with exit code 0', async () => {
  const process = supervisor({ services: embedded });
  const url = await ready(process);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  const programs = linesOf(process).filter((line) => line.program !== undefined);
  expect(new Set(programs.map((line) => line.program))).toEqual(new Set(['migrate', 'api', 'worker']));
  expect(programs[0]?.program).toBe('migrate');
  const api = linesOf(process).find(byProgram('api'));
  expect(api).toMatchObject({
    DATABASE_URL: expect.stringMatching(/^postgresql:\/\/hourglass:.+@127\.0\.0\.1:\d+\/hourglass$/),
    REDIS_URL: expect.stringMatching(/^redis:\/\/:.+@127\.0\.0\.1:\d+$/),
    HOURGLASS_DATA_DIR: folder.path,
  });

  const all = descendants(process.pid);
  expect(all.length).toBeGreaterThanOrEqual(4);
  const requestedAtMs = performance.now();
  process.kill('SIGTERM');
  expect(await process.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - requestedAtMs).toBeLessThan(10_000);
  expect(alive(all)).toEqual([]);
  const ends = linesOf(process).filter((line) => line['ended'] === true || line.msg === 'stopped');
  expect(ends.map((line) => line.program ?? line.msg)).toEqual(['api', 'worker', 'stopped']);
});

test('restarts every killed child, logs the reason, and the servers keep their URLs', async () => {
  const process = supervisor({ services: embedded });
  const url = await ready(process);
  const children = {
    'the API': pidOf(process, byProgram('api')),
    'the worker': pidOf(process, byProgram('worker')),
    PostgreSQL: pidOf(process, byMessage('PostgreSQL accepts connections')),
    'the queue server': pidOf(process, byMessage('the queue server accepts commands')),
  };
  for (const pid of Object.values(children)) globalThis.process.kill(pid, 'SIGKILL');
  for (const child of Object.keys(children)) {
    await process.lineWith((line) => (line.includes(`"${child} runs again"`) ? true : null));
    expect(linesOf(process).filter((line) => line.child === child)[0]).toMatchObject({
      signal: 'SIGKILL',
      msg: `${child} ended with signal SIGKILL`,
    });
  }
  await eventually('the API serves again', () =>
    fetch(`${url}/readyz`).then(
      (r) => r.ok || null,
      () => null,
    ),
  );
  const again = linesOf(process).filter((line) => line.msg?.endsWith('runs again'));
  expect(alive(again.map((line) => line.pid ?? -1))).toHaveLength(4);
  for (const [message, count] of [
    ['PostgreSQL accepts connections', 2],
    ['the queue server accepts commands', 2],
  ] as const) {
    const ports = linesOf(process)
      .filter(byMessage(message))
      .map((line) => line['port']);
    expect(ports).toHaveLength(count);
    expect(new Set(ports).size).toBe(1);
  }
});

test('a worker that cannot run is restarted after growing pauses, up to the maximum', async () => {
  const backOff = { firstMs: 20, maximumMs: 100, resetAfterMs: 60_000 };
  const process = supervisor({ env: { FAKE_WORKER: 'crashing' }, backOff });
  const ends = () => linesOf(process).filter((line) => line.msg === 'the worker ended with exit code 3');
  await eventually('five ends', () => ends().length >= 5 || null);
  const pauses = ends().map((line) => line.restartInMs);
  expect(pauses.slice(0, 5)).toEqual([20, 40, 80, 100, 100]);
});

test('a worker that ran long enough is restarted after the first pause', async () => {
  const backOff = { firstMs: 20, maximumMs: 10_000, resetAfterMs: 200 };
  const process = supervisor({ env: { FAKE_WORKER: 'crashing later' }, backOff });
  const ends = () => linesOf(process).filter((line) => line.msg === 'the worker ended with exit code 3');
  await eventually('three ends', () => ends().length >= 3 || null);
  expect(
    ends()
      .map((line) => line.restartInMs)
      .slice(0, 3),
  ).toEqual([20, 20, 20]);
});

test('a second supervisor of a data folder refuses to start and names the first, which continues', async () => {
  const first = supervisor();
  const url = await ready(first);
  const second = supervisor();
  expect((await second.exited).code).toBe(1);
  expect(second.output()).toContain(`another hourglass, process ${first.pid}, is running on ${folder.path}`);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('the children of a killed supervisor exit soon, and the next supervisor starts', async () => {
  const first = supervisor({ services: embedded });
  await ready(first);
  const children = descendants(first.pid);
  first.kill('SIGKILL');
  await first.exited;
  const second = supervisor({ services: embedded });
  await ready(second);
  await eventually('the children are gone', () => alive(children).length === 0 || null);
});

test('a worker that ignores SIGTERM is killed in time, and at once after a second signal', async () => {
  const patient = supervisor({ env: { FAKE_WORKER: 'deaf' } });
  await ready(patient);
  const worker = pidOf(patient, byProgram('worker'));
  const requestedAtMs = performance.now();
  patient.kill('SIGINT');
  // Ctrl-C in npm start arrives twice at the same moment, which counts as one request.
  patient.kill('SIGINT');
  expect(await patient.exited).toEqual({ code: 0, signal: null });
  const patientMs = performance.now() - requestedAtMs;
  expect(patientMs).toBeGreaterThan(4_000);
  expect(patientMs).toBeLessThan(10_000);
  expect(alive([worker])).toEqual([]);

  const urgent = supervisor({ env: { FAKE_WORKER: 'deaf' } });
  await ready(urgent);
  const requestedNowAtMs = performance.now();
  urgent.kill('SIGINT');
  const repeat = setInterval(() => urgent.kill('SIGINT'), 300);
  expect(await urgent.exited).toEqual({ code: 0, signal: null });
  clearInterval(repeat);
  expect(performance.now() - requestedNowAtMs).toBeLessThan(4_000);
});

test.each([
  [
    'an API that exits during its start',
    { FAKE_API_CODE: '7' },
    'failed: the API exited during its start with exit code 7',
  ],
  ['a failed migration', { FAKE_MIGRATE_CODE: '5' }, 'failed: preparing the database ended with exit code 5'],
])('%s fails the start with the reason and leaves nothing running', async (_what, env, reason) => {
  const process = supervisor({ env });
  expect((await process.exited).code).toBe(1);
  expect(process.output()).toContain(reason);
  const pids = linesOf(process).flatMap((line) => (line.program === undefined ? [] : [line.pid ?? -1]));
  expect(alive(pids)).toEqual([]);
});

test('SIGTERM during the start exits with code 0 and leaves nothing running', async () => {
  const process = supervisor({ services: embedded });
  const database = await process.lineWith((line) =>
    line.includes('"PostgreSQL accepts connections"') ? (JSON.parse(line) as { pid: number }) : null,
  );
  process.kill('SIGTERM');
  expect(await process.exited).toEqual({ code: 0, signal: null });
  expect(process.output()).not.toContain('ready on');
  expect(alive([database.pid])).toEqual([]);
});
