import type { Tenant } from '@hourglass/query';
import type { Maker } from '../accounts/maker.ts';
import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';
import type { DeliveryState } from '../deliveries/delivery.ts';
import type { DeliveryKind, KeptTarget, ShownTarget, StoredTarget } from '../deliveries/delivery-target.ts';
import type { RunOverrides } from '../saved-reports/run-report.ts';

/** Which due times run that no worker could run in time. */
export const catchUpRules = ['skip', 'latest', 'all'] as const;
export type CatchUp = (typeof catchUpRules)[number];

/** Why a schedule has no due times although it is not paused. */
export const stopReasons = ['reportDeleted', 'userDeleted', 'tokenEnded'] as const;
export type StopReason = (typeof stopReasons)[number];

/** The members of a schedule that a client decides. */
export interface ScheduleDefinition {
  readonly displayName: string | null;
  /** Id of the saved report, in lower case. */
  readonly report: string;
  /** Words of a query that replace those of the report. */
  readonly overrides: RunOverrides;
  readonly cron: string;
  /** Name in the tz database. */
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  readonly enabled: boolean;
  readonly skipIfEmpty: boolean;
}

/** A target of a schedule, which keeps its id until it is replaced. */
export interface ScheduleTarget {
  readonly id: string;
  readonly shown: ShownTarget;
}

export interface Schedule extends ScheduleDefinition {
  readonly id: string;
  /** Where the result of each run goes. */
  readonly delivery: readonly ScheduleTarget[];
  /** Address of the user that made or last changed it, whose queries its runs are. */
  readonly madeBy: string;
  /** When the token of that request expires. Null: never, or it was a password. */
  readonly endsAt: Date | null;
  readonly stopReason: StopReason | null;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** Null: not enabled. */
  readonly nextDueAt: Date | null;
  /** Time of this reading, by the database's clock. */
  readonly readAt: Date;
}

/** A definition that passed its checks, with its first due time after a moment. Null: not enabled. */
export interface ScheduleEdit {
  readonly definition: ScheduleDefinition;
  readonly nextDueAt: Date | null;
}

/** The state of a due time. `retrying`: a limit refused it, and it is tried again. */
export const scheduleRunStates = [
  'retrying',
  'submitted',
  'completed',
  'empty',
  'failed',
  'cancelled',
  'missed',
  'refused',
  'invalid',
  'stopped',
] as const;
export type ScheduleRunState = (typeof scheduleRunStates)[number];

/** A delivery of a run's query. */
export interface RunDelivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly state: DeliveryState;
  readonly failure: string | null;
}

export interface ScheduleRun {
  readonly deliveries: readonly RunDelivery[];
  readonly dueAt: Date;
  /** The last one of several missed due times; otherwise `dueAt`. */
  readonly lastDueAt: Date;
  readonly dueTimes: number;
  readonly state: ScheduleRunState;
  /** Text for people. Null: nothing to explain. */
  readonly reason: string | null;
  readonly queryId: string | null;
  /** Null: not completed. */
  readonly rows: number | null;
  readonly recordedAt: Date;
  readonly endedAt: Date | null;
}

/** Schedules of an environment and how many it may have. */
export interface ScheduleCount {
  readonly existing: number;
  /** The environment's own limit. Null: the default. */
  readonly own: number | null;
  /** That of its organization. Null: none. */
  readonly ceiling: number | null;
}

/** The schedules of environments. Ids are UUIDs in lower case. */
export interface ScheduleStore {
  /** Oldest first. */
  list(tenant: Tenant): Promise<readonly Schedule[]>;
  find(tenant: Tenant, id: string): Promise<Schedule | null>;
  /**
   * `rule` receives the number of schedules and throws to refuse. Creations of one
   * environment are serialized, so the limit is exact. `edit` receives the database's time.
   * @throws ReportError `environment.not_found`
   */
  create(
    tenant: Tenant,
    schedule: {
      readonly id: string;
      readonly maker: Maker;
      readonly edit: (now: Date) => ScheduleEdit;
      readonly targets: readonly StoredTarget[];
    },
    rule: (count: ScheduleCount) => void,
    audit: AuditOf<Schedule>,
  ): Promise<Schedule>;
  /** Changes a schedule, whose maker is then `maker`. Null: there is no such schedule. */
  change(
    tenant: Tenant,
    change: {
      readonly id: string;
      readonly maker: Maker;
      readonly edit: (present: Schedule) => ScheduleEdit;
      /** Replace those of the schedule. Undefined: these stay. */
      readonly targets: readonly (StoredTarget | KeptTarget)[] | undefined;
    },
    audit: AuditOf<Schedule>,
  ): Promise<Schedule | null>;
  /** Deletes it with its history; its queries stay. False: there is no such schedule. */
  delete(tenant: Tenant, id: string, audit: AuditEvent): Promise<boolean>;
  /** Lists at most `limit` runs that were due before `before`, newest first. Null: no such schedule. */
  listRuns(
    tenant: Tenant,
    id: string,
    page: { readonly before?: Date | undefined; readonly limit: number },
  ): Promise<readonly ScheduleRun[] | null>;
}
