import { createHash } from 'node:crypto';
import { canonicalJson } from '@hourglass/contract';
import type { Plan } from './plan.ts';

/** Returns the SHA-256 of the plan's canonical JSON: plans with the same members have the same digest. */
export function planDigest(plan: Plan): Uint8Array {
  return createHash('sha256').update(canonicalJson(plan)).digest();
}
