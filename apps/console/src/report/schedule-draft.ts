import type { DeliveryTargetBody, SavedReportView } from '@hourglass/contract';
import { lacksRange } from './saved-report.ts';

/** Body of a new schedule. */
export interface ScheduleDraft {
  readonly report: string;
  readonly displayName?: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: 'skip' | 'latest' | 'all';
  readonly skipIfEmpty: boolean;
  readonly overrides: { readonly timeRange?: string; readonly timeZone?: string };
  readonly delivery: readonly DeliveryTargetBody[];
}

/** Begins a schedule: every morning, with the range of the report if it has one. */
export function firstDraft(report: SavedReportView | undefined, timeZone: string): ScheduleDraft {
  return {
    report: report?.name ?? '',
    cron: '0 6 * * *',
    timeZone,
    catchUp: 'latest',
    skipIfEmpty: false,
    overrides: report !== undefined && lacksRange(report) ? { timeRange: 'yesterday', timeZone } : {},
    delivery: [],
  };
}

/** Sets the range of the runs, which are days of the schedule's zone; an empty one leaves that of the report. */
export function withRange(draft: ScheduleDraft, timeRange: string): ScheduleDraft {
  const { timeZone } = draft;
  return { ...draft, overrides: timeRange === '' ? {} : { timeRange, timeZone } };
}

/** Sets the zone of the due times, and of the range with them. */
export function withZone(draft: ScheduleDraft, timeZone: string): ScheduleDraft {
  const { overrides } = draft;
  return {
    ...draft,
    timeZone,
    overrides: overrides.timeRange === undefined ? overrides : { ...overrides, timeZone },
  };
}

/** Begins a target of a kind. */
export function firstTarget(kind: string): DeliveryTargetBody {
  switch (kind) {
    case 'webhook':
      return { kind, url: '' };
    case 'slack':
      return { kind, url: '' };
    case 's3':
      return {
        ...{ kind, bucket: '', prefix: '', region: 'us-east-1' },
        ...{ accessKeyId: '', secretAccessKey: '', forcePathStyle: false },
      };
    default:
      return { kind: 'email', to: [] };
  }
}
