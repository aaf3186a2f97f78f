import type { Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import type { AccountRule } from './account-admin.ts';
import type { OwnCeilings } from './ceilings.ts';
import type { SubmissionLimits } from '../queries/submission-limits.ts';

/** Limits of the schedules of an environment. */
export interface ScheduleLimits {
  /** Also paused ones. */
  readonly schedules: number;
  /** Their enqueued and running queries together. */
  readonly scheduledQueries: number;
}

/** An environment's own limits. Null: the limit of the process settings applies. */
export type OwnLimits = { readonly [Limit in keyof (SubmissionLimits & ScheduleLimits)]: number | null };

/** Settings that an environment overrides for itself. */
interface OwnSettings extends OwnLimits {
  /** Weight in fair queueing: the number of queries it may start for each query of an environment of weight 1. */
  readonly turnWeight: number;
  /** Days that facts are kept. Null: the process settings decide. */
  readonly retentionDays: number | null;
}

export interface EnvironmentSettings extends OwnSettings {
  /** The organization's. They bound the effective values, except the retention. */
  readonly ceilings: OwnCeilings;
}

/** Omitted settings keep their values. */
export type EnvironmentSettingsChange = {
  readonly [Setting in keyof OwnSettings]?: OwnSettings[Setting] | undefined;
};

export interface EnvironmentSettingsStore {
  find(tenant: Tenant): Promise<EnvironmentSettings>;
  /**
   * Returns the settings after the change. Queries that were accepted earlier are not affected. Facts older than a
   * shorter retention are deleted by the next sweep and cannot be recovered.
   * @param rule receives the organization's own ceilings
   */
  change(
    tenant: Tenant,
    change: EnvironmentSettingsChange,
    rule: AccountRule<[own: OwnCeilings]>,
    audit: AuditOf<EnvironmentSettings>,
  ): Promise<EnvironmentSettings>;
}
