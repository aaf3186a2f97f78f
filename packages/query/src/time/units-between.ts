import type { TimeUnit } from '../plan/plan.ts';
import { monthOf } from './months.ts';
import { unitLengths } from './time-unit-lengths.ts';

/** Counts the units between the local starts of two buckets. */
export function unitsBetween(fromMs: number, toMs: number, unit: TimeUnit): number {
  const length = unitLengths[unit];
  return 'ms' in length ? (toMs - fromMs) / length.ms : (monthOf(toMs) - monthOf(fromMs)) / length.months;
}
