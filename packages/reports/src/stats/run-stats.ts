import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  bindPlan,
  planStats,
  type BoundPlan,
  type Catalogue,
  type StatsRequest,
  type Tenant,
} from '@hourglass/query';
import { collectFacts, type CollectFactsPorts } from '../queries/collect-facts.ts';
import type { CustomFieldStore } from '../accounts/custom-fields.ts';
import { invalidRequest, ReportError, RetryLater } from '../errors.ts';
import type { KeyedSemaphore } from '../keyed-semaphore.ts';
import type { ReportEngine } from '../queries/report-engine.ts';
import { AttemptFailure } from '../queries/failure-reasons.ts';
import { collectStats, type Stats } from './collect-stats.ts';

export interface RunStatsPorts extends CollectFactsPorts {
  readonly catalogue: Catalogue;
  readonly customFields: Pick<CustomFieldStore, 'find'>;
  readonly engine: ReportEngine;
  /** Its keys are organizations. */
  readonly semaphore: KeyedSemaphore;
  /** Each run uses a subdirectory of it. */
  readonly scratchDirectory: string;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

/** Time limit from the request to the last row, including the wait for a permit. */
export const statsTimeoutMs = 10_000;

/** Maximum number of an organization that wait. Further ones would hardly begin in time. */
const maxWaiting = 50;

/** By then some of the organization's waiting statistics have ended. */
const retryAfterSeconds = 2;

/** Failures that a smaller report would avoid. */
const tooLarge: ReadonlySet<string> = new Set(['memory', 'temporaryDisk']);

/**
 * Computes statistics synchronously and returns what `present` makes of them. The organization's permit covers
 * `present` too: the text of large statistics takes as long as they do, and would delay other organizations as much.
 * Stops when `signal` aborts, and throws its reason.
 * @throws ReportError `request.invalid` with every fault, `stats.busy`, `stats.deadline`,
 * `stats.too_large`; ServiceUnavailable
 */
export async function runStats<Answer>(
  input: { request: StatsRequest; dataset: string; tenant: Tenant },
  { present, ...ports }: RunStatsPorts & { readonly present: (stats: Stats) => Promise<Answer> },
  signal: AbortSignal,
): Promise<Answer> {
  const { catalogue, customFields, semaphore, nowMs } = ports;
  const { request, dataset, tenant } = input;
  const { fields } = await customFields.find(tenant, dataset);
  const planned = planStats(request, { catalogue, dataset, tenant, customFields: fields, nowMs: nowMs() });
  if (!planned.ok) throw invalidRequest(planned.faults);
  const boundPlan = bindPlan(planned.plan, catalogue);
  if (semaphore.waiting(tenant.organization) >= maxWaiting)
    throw new RetryLater('stats.busy', retryAfterSeconds);

  const deadline = AbortSignal.timeout(statsTimeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  try {
    const release = await semaphore.acquire(tenant.organization, stop);
    const directory = path.join(ports.scratchDirectory, ports.newId());
    try {
      return await present(await compute(boundPlan, ports, { directory, signal: stop }));
    } finally {
      // The caller does not wait for this. What remains is removed with the directories of earlier processes.
      void rm(directory, { recursive: true, force: true }).catch(ignoreError).finally(release);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) throw new ReportError('stats.deadline', { seconds: statsTimeoutMs / 1_000 });
    if (error instanceof AttemptFailure && tooLarge.has(error.failure)) {
      throw new ReportError('stats.too_large', { reason: error.message });
    }
    throw error;
  }
}

async function compute(
  boundPlan: BoundPlan,
  ports: RunStatsPorts,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<Stats> {
  await mkdir(directory, { recursive: true });
  const facts = await collectFacts(boundPlan, ports, { directory, signal, timeoutMs: statsTimeoutMs });
  return collectStats(boundPlan.plan, ports.engine.run({ ...boundPlan, facts, directory, signal }));
}

function ignoreError(): void {}
