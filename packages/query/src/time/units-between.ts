import type { TimeUnit } from '../plan/plan.ts';
import { unitLengths } from './time-unit-lengths.ts';

/** Counts the units between the local starts of two buckets. */
export function unitsBetween(fromMs: number, toMs: number, unit: TimeUnit): number {
  const length = unitLengths[unit];
  return 'ms' in length ? (toMs - fromMs) / length.ms : (monthOf(toMs) - monthOf(fromMs)) / length.months;
}

/** Counts from year 0. */
function monthOf(ms: number): number {
  const date = new Date(ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
