import { z } from 'zod';

/** Response to `GET /healthz`. */
export const liveness = z.strictObject({ status: z.literal('alive') });

/** Response to `GET /readyz`. */
export const readiness = z.strictObject({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.enum(['reachable', 'not reachable'])).describe('By dependency.'),
});
