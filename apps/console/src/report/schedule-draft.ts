import type {
  ChangedTargetBody,
  DeliveryTargetBody,
  SavedReportView,
  ScheduleView,
  ShownTargetView,
} from '@hourglass/contract';
import { withText } from './text-members.ts';
import { lacksRange } from './saved-report.ts';

/** Body of a schedule without its targets. */
export interface ScheduleDraft {
  readonly report: string;
  readonly displayName?: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: 'skip' | 'latest' | 'all';
  readonly skipIfEmpty: boolean;
  readonly enabled: boolean;
  readonly overrides: ScheduleView['overrides'];
}

/** Begins a schedule: every morning, with the range of the report if it has one. */
export function firstDraft(report: SavedReportView | undefined, timeZone: string): ScheduleDraft {
  return {
    report: report?.name ?? '',
    cron: '0 6 * * *',
    timeZone,
    catchUp: 'latest',
    skipIfEmpty: false,
    enabled: true,
    overrides: report !== undefined && lacksRange(report) ? { timeRange: 'yesterday', timeZone } : {},
  };
}

/** Begins the change of a schedule. */
export function draftOf(schedule: ScheduleView): ScheduleDraft {
  const { displayName, report, cron, timeZone, catchUp, skipIfEmpty, enabled, overrides } = schedule;
  return {
    ...{ report, cron, timeZone, catchUp, skipIfEmpty, enabled, overrides },
    ...(displayName === undefined ? {} : { displayName }),
  };
}

/** Returns the range of the runs: empty for that of the report, else its name or its two times. */
export function rangeOf({ overrides: { timeRange = '' } }: ScheduleDraft): string {
  return typeof timeRange === 'string' ? timeRange : `${timeRange.start} – ${timeRange.end}`;
}

/** Sets the range of the runs, which are days of the schedule's zone; an empty one leaves that of the report. */
export function withRange(draft: ScheduleDraft, timeRange: string): ScheduleDraft {
  const { timeZone } = draft;
  const { timeRange: _range, timeZone: _zone, ...others } = draft.overrides;
  return { ...draft, overrides: timeRange === '' ? others : { ...others, timeRange, timeZone } };
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

/** A target that a schedule keeps, or one that is typed. */
export type EditedTarget = ChangedTargetBody;

/** Begins the change of the targets of a schedule: all are kept. */
export function keptTargets({ delivery }: Pick<ScheduleView, 'delivery'>): readonly EditedTarget[] {
  return delivery.map(({ id }) => ({ kind: 'kept', id }));
}

/** Begins the change of a target. What the API does not show, such as its secrets, is empty. */
export function targetOfShown(shown: ShownTargetView): DeliveryTargetBody {
  const first = firstTarget(shown.kind);
  switch (first.kind) {
    case 'webhook':
      return shown.endpoint === undefined ? first : { kind: first.kind, endpoint: shown.endpoint };
    case 'email':
      return { ...first, to: shown.to ?? [] };
    case 's3': {
      const { bucket = '', prefix = '', region = first.region, accessKeyId = '', endpoint } = shown;
      const { forcePathStyle = false } = shown;
      return withText(
        { ...first, bucket, prefix, region, accessKeyId, forcePathStyle },
        'endpoint',
        endpoint ?? '',
      );
    }
    case 'slack':
      return first;
    default:
      return first satisfies never;
  }
}
