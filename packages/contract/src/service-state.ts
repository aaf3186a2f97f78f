import { z } from 'zod';

/** Answer of `GET /healthz`. */
export const liveness = z.strictObject({ status: z.literal('alive') });

/** Answer of `GET /readyz`. */
export const readiness = z.strictObject({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.enum(['reachable', 'not reachable'])),
});
