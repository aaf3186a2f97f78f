import { createHash } from 'node:crypto';
import { dueTimesOf } from '@hourglass/query';
import { systemActor, type AuditEvent } from '../audit/audit-event.ts';
import { ReportError } from '../errors.ts';
import type { Doorbell } from '../queries/doorbell.ts';
import { requireFitsSheet } from '../queries/sheet-rows.ts';
import { planRequest, type PlanRequestPorts } from '../queries/submit-query.ts';
import type { ScanEstimates } from '../queries/scan-estimate.ts';
import { requestOfRun } from '../saved-reports/run-report.ts';
import type { ClaimedSchedule, DueRun, DueSchedules, ScheduledQuery } from './due-schedules.ts';
import { nextStep } from './next-step.ts';

export interface RunDueSchedulesPorts extends Omit<PlanRequestPorts, 'nowMs'> {
  readonly schedules: DueSchedules;
  readonly scans: ScanEstimates;
  readonly doorbell: Doorbell;
  /** Called when a schedule could not be handled. It is claimed again. */
  readonly onError: (schedule: ClaimedSchedule, error: unknown) => void;
}

export interface RunDueSchedulesTerms {
  /** Schedules in one call. */
  readonly limit: number;
  /** After it another worker handles what this one has not. */
  readonly claimMs: number;
  /** Enqueued and running scheduled queries of an environment without a limit of its own. */
  readonly defaultMaxActive: number;
}

/** The first delay after a refusal; each later one is twice as long, up to the last. */
const firstRetryMs = 1_000;
const lastRetryMs = 30_000;

/** Handles schedules that are due. Returns their number. */
export async function runDueSchedules(
  ports: RunDueSchedulesPorts,
  terms: RunDueSchedulesTerms,
  signal: AbortSignal,
): Promise<number> {
  const claimed = await ports.schedules.claim(terms.limit, terms.claimMs);
  for (const schedule of claimed) {
    if (signal.aborted) break;
    try {
      await handle(schedule, ports, terms);
    } catch (error) {
      ports.onError(schedule, error);
    }
  }
  return claimed.length;
}

async function handle(
  schedule: ClaimedSchedule,
  ports: RunDueSchedulesPorts,
  terms: RunDueSchedulesTerms,
): Promise<void> {
  const { schedules } = ports;
  const run = await schedules.findRun(schedule);
  if (run === null) return;
  if (run.kind === 'stop') return void (await schedules.stop(schedule, run.reason));
  const step = nextStep(momentsOf(schedule), dueTimesOf(schedule));
  const nextDueAt = step.nextMs === null ? null : new Date(step.nextMs);
  const one = { lastDueAt: schedule.dueAt, dueTimes: 1, nextDueAt };
  if (step.kind === 'skip') {
    const several = { lastDueAt: new Date(step.lastMs), dueTimes: step.count, nextDueAt };
    return void (await schedules.skip(schedule, { state: 'missed', reason: null, ...several }));
  }
  if (step.kind === 'giveUp') {
    return void (await schedules.skip(schedule, { state: 'refused', reason: null, ...one }));
  }
  const query = await planRun(schedule, run, ports);
  if (query instanceof ReportError) {
    return void (await schedules.skip(schedule, { state: 'invalid', reason: query.message, ...one }));
  }
  const retryAfterMs = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(schedule.refusals, 10));
  const { defaultMaxActive } = terms;
  const outcome = await schedules.submit(schedule, query, { nextDueAt, defaultMaxActive, retryAfterMs });
  if (outcome === 'submitted') await ports.doorbell.wake(query.id).catch(() => undefined);
}

function momentsOf({ catchUp, dueAt, claimedAt, refusedSince }: ClaimedSchedule) {
  const refusedSinceMs = refusedSince?.getTime() ?? null;
  return { catchUp, dueMs: dueAt.getTime(), nowMs: claimedAt.getTime(), refusedSinceMs };
}

/** Plans the run as of its due time, so that a late run covers the same range. Returns the error of an invalid one. */
async function planRun(
  { id, tenant, dueAt }: ClaimedSchedule,
  { report, definition, overrides, madeBy }: Extract<DueRun, { kind: 'run' }>,
  ports: RunDueSchedulesPorts,
): Promise<ScheduledQuery | ReportError> {
  try {
    const { name, dataset, request } = requestOfRun(definition, overrides);
    const plan = await planRequest({ dataset, request, tenant }, { ...ports, nowMs: () => dueAt.getTime() });
    await requireFitsSheet(plan, ports);
    const queryId = queryIdOf(id, dueAt);
    const audit = submitEvent({ id, tenant, dueAt }, { queryId, report, madeBy, dataset });
    return { id: queryId, plan, name, report, submittedBy: madeBy, audit };
  } catch (error) {
    if (error instanceof ReportError && error.kind === 'invalid') return error;
    throw error;
  }
}

/**
 * The id of the query of a due time, a UUID of version 8. It follows from schedule and due time, so
 * that the key of the table of queries admits one query for a due time, whatever else went wrong.
 */
export function queryIdOf(scheduleId: string, dueAt: Date): string {
  const digest = createHash('sha256').update(`${scheduleId} ${dueAt.toISOString()}`).digest('hex');
  const variant = (8 + (Number.parseInt(digest.charAt(16), 16) % 4)).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}

function submitEvent(
  { id, tenant, dueAt }: Pick<ClaimedSchedule, 'id' | 'tenant' | 'dueAt'>,
  query: {
    readonly queryId: string;
    readonly report: string;
    readonly madeBy: string;
    readonly dataset: string;
  },
): AuditEvent {
  const { queryId, report, madeBy, dataset } = query;
  return {
    actor: { ...systemActor, email: madeBy },
    action: 'query.submit',
    organization: tenant.organization,
    environment: tenant.environment,
    object: queryId,
    refusal: null,
    details: { dataset, report, schedule: id, due: dueAt.toISOString() },
  };
}
