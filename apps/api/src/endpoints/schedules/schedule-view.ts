import type { ScheduleRunView, ScheduleView } from '@hourglass/contract';
import { dueTimesOf } from '@hourglass/query';
import type { Schedule, ScheduleRun } from '@hourglass/reports';
import { shownTargetOf } from '../queries/query-deliveries.ts';

const shownDueTimes = 3;

export function viewOf(schedule: Schedule): ScheduleView {
  const { id, displayName, report, cron, timeZone, catchUp, enabled, skipIfEmpty, overrides } = schedule;
  const { stopReason, madeBy, endsAt } = schedule;
  return {
    id,
    ...(displayName === null ? {} : { displayName }),
    ...{ report, cron, timeZone, catchUp, enabled, skipIfEmpty },
    // Contains what the body of the client had.
    overrides: overrides as ScheduleView['overrides'],
    delivery: schedule.delivery.map((target) => ({ id: target.id, ...shownTargetOf(target.shown) })),
    ...(stopReason === null ? {} : { stopped: stopReason }),
    nextDueTimes: enabled && stopReason === null ? nextDueTimes(schedule) : [],
    madeBy,
    ...(endsAt === null ? {} : { endsWithToken: endsAt.toISOString() }),
    created: schedule.createdAt.toISOString(),
    modified: schedule.modifiedAt.toISOString(),
  };
}

function nextDueTimes(schedule: Schedule): string[] {
  const dueTimes = dueTimesOf(schedule);
  const shown: string[] = [];
  let ms = dueTimes.after(schedule.readAt.getTime());
  while (ms !== null && shown.length < shownDueTimes) {
    shown.push(new Date(ms).toISOString());
    ms = dueTimes.after(ms);
  }
  return shown;
}

export function runViewOf(run: ScheduleRun): ScheduleRunView {
  const { dueAt, lastDueAt, dueTimes, state, reason, queryId, rows, recordedAt, endedAt } = run;
  return {
    due: dueAt.toISOString(),
    state,
    ...(reason === null ? {} : { reason }),
    ...(queryId === null ? {} : { query: queryId }),
    ...(dueTimes === 1 ? {} : { lastDue: lastDueAt.toISOString(), dueTimes }),
    ...(rows === null ? {} : { rows }),
    ...(run.deliveries.length === 0 ? {} : { deliveries: [...run.deliveries] }),
    recorded: recordedAt.toISOString(),
    ...(endedAt === null ? {} : { ended: endedAt.toISOString() }),
  };
}
