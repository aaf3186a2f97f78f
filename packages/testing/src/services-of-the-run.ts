import { inject } from 'vitest';
import type { SharedServices } from './shared-services.ts';

/** With `worker`, queries run; without, they stay enqueued until the test starts a worker. */
export type SharedKind = 'api' | 'worker';

/** The database whose copies the tests use. Nothing may stay connected to it. */
export async function fetchTemplateUrl(): Promise<string> {
  return (await ask<{ templateUrl: string }>('/database')).templateUrl;
}

/** The running system of this Vitest worker, which the first request starts. */
export function fetchSharedServices(kind: SharedKind): Promise<SharedServices> {
  return ask<SharedServices>(systemPath(kind));
}

/** All lines that the API of this Vitest worker's system has written. */
export function fetchApiLog(kind: SharedKind): Promise<readonly string[]> {
  return ask<readonly string[]>(`${systemPath(kind)}/log`);
}

function systemPath(kind: SharedKind): string {
  return `/systems/${kind}/${process.env['VITEST_POOL_ID'] ?? '0'}`;
}

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await fetch(`${inject('servicesOfTheRun')}${path}`);
  if (!response.ok) throw new Error(`the test run did not start ${path}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
