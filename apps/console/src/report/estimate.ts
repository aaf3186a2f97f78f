import type { QueryExplanation } from '@hourglass/contract';
import { formatBytes, formatDuration } from '../text/quantities.ts';

/** The figures of a dry run, as texts of a language. */
export interface Estimate {
  readonly rowsScanned: string;
  readonly bytesScanned: string;
  /** Null: unknown. */
  readonly groups: string | null;
  readonly seconds: string;
}

/** Shorter times are shown in tenths of a second. */
const tenthsBelowSeconds = 10;

export function prepareEstimate(
  { rowsScanned, bytesScanned, estimatedGroups, estimatedSeconds }: QueryExplanation,
  tag: string,
): Estimate {
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
  return {
    rowsScanned: whole.format(rowsScanned),
    bytesScanned: formatBytes(bytesScanned, tag),
    groups: estimatedGroups === null ? null : whole.format(estimatedGroups),
    seconds:
      estimatedSeconds < tenthsBelowSeconds
        ? secondsText(estimatedSeconds, tag)
        : formatDuration(estimatedSeconds, tag),
  };
}

function secondsText(seconds: number, tag: string): string {
  const options = { style: 'unit', unit: 'second', unitDisplay: 'long', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(tag, options).format(seconds);
}
