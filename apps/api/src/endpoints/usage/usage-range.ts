import { moment } from '@hourglass/contract';
import type { TimeRange } from '@hourglass/query';
import { dayMs, invalidRequest } from '@hourglass/reports';

interface RangeParameters {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** @param defaults describes the range without parameters */
export function rangeParameters(maxDays: number, defaults: string) {
  return {
    from: moment.optional().describe(`Beginning of the range. ${defaults}`),
    to: moment
      .optional()
      .describe(`End of the range, exclusive, at most ${maxDays} days after its beginning.`),
  };
}

/**
 * Returns the range of the parameters: `days` long if only one of them is given, and null without any.
 * @throws ReportError `request.invalid` if it is empty or longer than `maxDays`
 */
export function usageRange(
  { from, to }: RangeParameters,
  { days, maxDays, nowMs }: { readonly days: number; readonly maxDays: number; readonly nowMs: number },
): TimeRange | null {
  if (from === undefined && to === undefined) return null;
  const endExclusiveMs = to?.getTime() ?? nowMs;
  const startMs = from?.getTime() ?? endExclusiveMs - days * dayMs;
  if (startMs >= endExclusiveMs) {
    const message = to === undefined ? 'it is not in the past' : 'it is not before to';
    throw invalidRequest([{ field: 'from', message: `${message}; expected an earlier time` }]);
  }
  if (endExclusiveMs - startMs > maxDays * dayMs) {
    const message = `the range is longer than ${maxDays} days; expected a later time, or an earlier to`;
    throw invalidRequest([{ field: 'from', message }]);
  }
  return { startMs, endExclusiveMs };
}
