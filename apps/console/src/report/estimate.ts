import type { QueryExplanation } from '@hourglass/contract';

/** The figures of a dry run, as texts of a language. */
export interface Estimate {
  readonly rowsScanned: string;
  readonly bytesScanned: string;
  /** Null: unknown. */
  readonly groups: string | null;
  readonly seconds: string;
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function prepareEstimate(
  { rowsScanned, bytesScanned, estimatedGroups, estimatedSeconds }: QueryExplanation,
  tag: string,
): Estimate {
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
  const digits = estimatedSeconds < 10 ? 1 : 0;
  return {
    rowsScanned: whole.format(rowsScanned),
    bytesScanned: bytesText(bytesScanned, tag),
    groups: estimatedGroups === null ? null : whole.format(estimatedGroups),
    seconds: new Intl.NumberFormat(tag, {
      ...{ style: 'unit', unit: 'second', unitDisplay: 'long' },
      maximumFractionDigits: digits,
    }).format(estimatedSeconds),
  };
}

/** Decimal units, as disks are sold. */
export function bytesText(bytes: number, tag: string): string {
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(tag, {
    ...{ style: 'unit', unit: units[step] ?? 'byte', unitDisplay: 'short' },
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** step);
}
