import type { Counted } from '@hourglass/reports';

/** The range of a count in a response. */
export function countedView({ from, to, countedFrom }: Counted) {
  return { from: from.toISOString(), to: to.toISOString(), countedFrom: countedFrom.toISOString() };
}
