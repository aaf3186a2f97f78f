import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findFreePort, PortTaken, startOnFreePort } from '@hourglass/embedded';

const script = fileURLToPath(new URL('../../../scripts/s3-server.sh', import.meta.url));

export interface S3Server {
  /** `http://127.0.0.1:<port>`; buckets are addressed by path. There are no buckets at first. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
  /** Simulates a power failure of the store, except that the objects stay. */
  killGateway(): Promise<void>;
  startGateway(): Promise<void>;
}

/** Returns why no real S3-compatible server can start on this machine; null if one can. */
export function s3ServerProblem(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x64';
  for (const program of ['bash', 'flock', 'apt-get', 'dpkg', 'python3']) {
    if (spawnSync(program, ['--version']).status !== 0) return `${program} is not on PATH`;
  }
  if (spawnSync('apt-cache', ['show', 'radosgw', 'ceph-mon', 'ceph-osd']).status !== 0) {
    return 'apt knows no package radosgw; "apt-get update" may be due';
  }
  return null;
}

/** Starts in about 15 s, plus a download of 66 MB once per machine. It ends with this process at the latest. */
export function startS3Server(): Promise<S3Server> {
  return startOnFreePort(startOnPort);
}

/** Exit code of the script when another process listens on one of its ports. */
const portTakenCode = 98;

async function startOnPort(port: number): Promise<S3Server> {
  const data = await mkdtemp(path.join(tmpdir(), 'hourglass-s3-'));
  const monitorPort = await findFreePort();
  const accessKeyId = 'hourglass-test';
  const secretAccessKey = 'only-for-tests';
  const child = spawn(
    'bash',
    [script, '', data, String(port), String(monitorPort), accessKeyId, secretAccessKey],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.on('error', () => {});

  const expectAnswer = async (wanted: string, to: string): Promise<void> => {
    const { value, done } = await answers.next();
    if (done || value !== wanted) throw new Error(`the S3 server responds ${value ?? 'nothing'} to ${to}`);
  };
  const command = async (line: string): Promise<void> => {
    child.stdin.write(`${line}\n`);
    await expectAnswer('ok', line);
  };
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    await rm(data, { recursive: true, force: true });
  };

  try {
    await expectAnswer('ready', 'its start');
  } catch (error) {
    await stop();
    throw child.exitCode === portTakenCode ? new PortTaken(port, { cause: error }) : error;
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId,
    secretAccessKey,
    stop,
    killGateway: () => command('kill-gateway'),
    startGateway: () => command('start-gateway'),
  };
}
