import type { LimitUsage } from '@hourglass/reports';

/** The limits and the counts of the database function `environment_usage`. */
export interface UsageRow {
  readonly queriesPerHour: number;
  readonly activeQueries: number;
  readonly submitted: number;
  readonly active: number;
  /** Null: no submission within the last hour. */
  readonly secondsToReset: number | null;
}

const hourSeconds = 3600;

export function limitUsage(row: UsageRow): LimitUsage {
  const { queriesPerHour, activeQueries, submitted, active, secondsToReset } = row;
  return {
    limits: { queriesPerHour, activeQueries },
    submittedInHour: submitted,
    active,
    secondsToReset: secondsToReset ?? hourSeconds,
  };
}
