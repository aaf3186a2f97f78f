import type { AuditOf } from '../audit/audit-event.ts';
import { invalidRequest, type FieldFault } from '../errors.ts';

/**
 * The largest values that the administrators of an organization may set for its environments. A
 * retention of null has no limit.
 */
export interface Ceilings {
  readonly queriesPerHour: number;
  readonly activeQueries: number;
  readonly turnWeight: number;
  readonly retentionDays: number | null;
  readonly schedules: number;
  readonly scheduledQueries: number;
}

/** The ceilings that operators set for an organization. Null: the settings of the process decide. */
export type OwnCeilings = { readonly [Limit in keyof Ceilings]: number | null };

/** Omitted ceilings keep their values. */
export type CeilingsChange = { readonly [Limit in keyof Ceilings]?: number | null | undefined };

export interface CeilingStore {
  /** @throws ReportError `organization.not_found` */
  find(organization: string): Promise<OwnCeilings>;
  /**
   * Returns the ceilings after the change. They bound the effective values of the environments from
   * the next submission and claim on; what the environments set themselves is kept. A ceiling of
   * retention only bounds what is set after it: no ceiling deletes facts.
   * @throws ReportError `organization.not_found`
   */
  change(organization: string, change: CeilingsChange, audit: AuditOf<OwnCeilings>): Promise<OwnCeilings>;
}

const limits = [
  'queriesPerHour',
  'activeQueries',
  'turnWeight',
  'retentionDays',
  'schedules',
  'scheduledQueries',
] as const;

/** The ceilings in force for administrators. */
export function effectiveCeilings(own: OwnCeilings, defaults: Ceilings): Ceilings {
  return {
    queriesPerHour: own.queriesPerHour ?? defaults.queriesPerHour,
    activeQueries: own.activeQueries ?? defaults.activeQueries,
    turnWeight: own.turnWeight ?? defaults.turnWeight,
    retentionDays: own.retentionDays ?? defaults.retentionDays,
    schedules: own.schedules ?? defaults.schedules,
    scheduledQueries: own.scheduledQueries ?? defaults.scheduledQueries,
  };
}

/** @throws ReportError `request.invalid` with every value above its ceiling */
export function requireWithinCeilings(change: CeilingsChange, ceilings: OwnCeilings): void {
  const faults = limits.flatMap((field): FieldFault[] => {
    const [value, ceiling] = [change[field] ?? null, ceilings[field]];
    if (value === null || ceiling === null || value <= ceiling) return [];
    const message = `found ${value}; expected at most ${ceiling}, the ceiling that the operators set for the organization`;
    return [{ field, message }];
  });
  if (faults.length > 0) throw invalidRequest(faults);
}

/** The smaller one of a limit and its ceiling. Null: no ceiling. */
export function bounded(limit: number, ceiling: number | null): number {
  return ceiling === null ? limit : Math.min(limit, ceiling);
}
