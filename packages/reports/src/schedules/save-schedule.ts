import { dueTimesOf, type Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import type { Principal } from '../accounts/accounts.ts';
import { bounded } from '../accounts/ceilings.ts';
import { makerOf } from '../accounts/maker.ts';
import type { DeliveryTarget, KeptTarget, StoredTarget } from '../deliveries/delivery-target.ts';
import { sealTarget, type SealTargetPorts } from '../deliveries/seal-target.ts';
import { invalidRequest, ReportError } from '../errors.ts';
import { isUuid } from '../uuid.ts';
import { checkSchedule, type CheckSchedulePorts } from './check-schedule.ts';
import type { Schedule, ScheduleCount, ScheduleDefinition, ScheduleEdit, ScheduleStore } from './schedule.ts';

export interface SaveSchedulePorts extends CheckSchedulePorts, SealTargetPorts {
  readonly schedules: ScheduleStore;
  /** For environments without a limit of their own. */
  readonly defaultMaxSchedules: number;
}

interface SaveScheduleOf {
  readonly tenant: Tenant;
  /** Whose rights the schedule has from now on. */
  readonly principal: Principal;
  readonly audit: AuditOf<Schedule>;
}

/**
 * Makes a schedule.
 * @throws ReportError `request.invalid` with every fault, `schedule.full`
 */
export async function createSchedule(
  { tenant, principal, audit }: SaveScheduleOf,
  { delivery, ...definition }: ScheduleDefinition & { readonly delivery: readonly DeliveryTarget[] },
  ports: SaveSchedulePorts,
): Promise<Schedule> {
  const { schedules, newId, defaultMaxSchedules } = ports;
  const checked = await checkSchedule(tenant, definition, ports);
  const targets = delivery.map(sealing(tenant, ports));
  const edit = (now: Date) => fromNow(checked, now);
  const rule = ({ existing, own, ceiling }: ScheduleCount) => {
    const limit = bounded(own ?? defaultMaxSchedules, ceiling);
    if (existing >= limit) throw new ReportError('schedule.full', { limit });
  };
  return schedules.create(tenant, { id: newId(), maker: makerOf(principal), edit, targets }, rule, audit);
}

function sealing({ environmentId }: Tenant, ports: SealTargetPorts) {
  return (target: DeliveryTarget, place: number): StoredTarget =>
    sealTarget(environmentId, target, ports, `delivery[${place}]`);
}

type ChangedDelivery = readonly (DeliveryTarget | KeptTarget)[];

/** @throws ReportError `request.invalid` for a target that the schedule lacks, or that is kept twice */
function requireKept(delivery: ChangedDelivery, present: Schedule): void {
  const free = new Set(present.delivery.map(({ id }) => id));
  const faults = delivery.flatMap((target, place) => {
    if (target.kind !== 'kept' || free.delete(target.id)) return [];
    const message = `expected a target of the schedule, once; found "${target.id}"`;
    return [{ field: `delivery[${place}].id`, message }];
  });
  if (faults.length > 0) throw invalidRequest(faults);
}

/** Absent members keep their values. */
export type ScheduleChange = {
  readonly [Name in keyof ScheduleDefinition]?: ScheduleDefinition[Name] | undefined;
};

/**
 * Changes a schedule. Its next due time stays, unless it was not enabled or its due times change:
 * then it is the next one from now on, and what passed meanwhile is not missed.
 * @throws ReportError `request.invalid` with every fault, `schedule.not_found`
 */
export async function changeSchedule(
  { tenant, principal, audit, id }: SaveScheduleOf & { readonly id: string },
  { delivery, ...change }: ScheduleChange & { readonly delivery?: ChangedDelivery | undefined },
  ports: Omit<SaveSchedulePorts, 'defaultMaxSchedules'>,
): Promise<Schedule> {
  const found = isUuid(id) ? await ports.schedules.find(tenant, id) : null;
  if (found === null) throw new ReportError('schedule.not_found', { id });
  const seal = sealing(tenant, ports);
  const targets = delivery?.map((target, place) => (target.kind === 'kept' ? target : seal(target, place)));
  const spelled = await spelledAsUsual(tenant, found, change, ports);
  const edit = (present: Schedule): ScheduleEdit => {
    requireKept(delivery ?? [], present);
    const definition = withChange(present, spelled);
    const { cron, enabled } = definition;
    const isSame = present.enabled && cron === present.cron && definition.timeZone === present.timeZone;
    return enabled && isSame
      ? { definition, nextDueAt: present.nextDueAt }
      : fromNow(definition, present.readAt);
  };
  const changed = await ports.schedules.change(
    tenant,
    { id: found.id, maker: makerOf(principal), edit, targets },
    audit,
  );
  if (changed === null) throw new ReportError('schedule.not_found', { id });
  return changed;
}

/** A schedule may be paused, named and so on whatever became of its report. */
async function spelledAsUsual(
  tenant: Tenant,
  present: Schedule,
  change: ScheduleChange,
  ports: CheckSchedulePorts,
): Promise<ScheduleChange> {
  const changed = withChange(present, change);
  const checked = [change.report, change.overrides, change.cron, change.timeZone];
  if (!changed.enabled && checked.every((member) => member === undefined)) return change;
  const { report, timeZone } = await checkSchedule(tenant, changed, ports);
  return {
    ...change,
    ...(change.report === undefined ? {} : { report }),
    ...(change.timeZone === undefined ? {} : { timeZone }),
  };
}

function withChange(present: ScheduleDefinition, change: ScheduleChange): ScheduleDefinition {
  return {
    displayName: change.displayName === undefined ? present.displayName : change.displayName,
    report: change.report ?? present.report,
    overrides: change.overrides ?? present.overrides,
    cron: change.cron ?? present.cron,
    timeZone: change.timeZone ?? present.timeZone,
    catchUp: change.catchUp ?? present.catchUp,
    enabled: change.enabled ?? present.enabled,
    skipIfEmpty: change.skipIfEmpty ?? present.skipIfEmpty,
  };
}

function fromNow(definition: ScheduleDefinition, now: Date): ScheduleEdit {
  const nextMs = definition.enabled ? dueTimesOf(definition).after(now.getTime()) : null;
  return { definition, nextDueAt: nextMs === null ? null : new Date(nextMs) };
}
