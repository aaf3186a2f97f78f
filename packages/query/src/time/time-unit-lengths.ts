import type { TimeUnit } from '../plan/plan.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

type UnitLength = { readonly ms: number } | { readonly months: number };

export const unitLengths: Readonly<Record<TimeUnit, UnitLength>> = {
  second: { ms: 1_000 },
  minute: { ms: minuteMs },
  hour: { ms: 60 * minuteMs },
  day: { ms: dayMs },
  week: { ms: 7 * dayMs },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { months: 12 },
  decade: { months: 120 },
  century: { months: 1_200 },
  millennium: { months: 12_000 },
};
