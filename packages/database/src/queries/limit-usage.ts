import type { LimitUsage } from '@hourglass/reports';

/** What the database function `environment_usage` counts, with the limits. */
export interface UsageRow {
  readonly queriesPerHour: number;
  readonly activeQueries: number;
  readonly submitted: number;
  readonly active: number;
  /** Null: nothing was submitted within the hour. */
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
