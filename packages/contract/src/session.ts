import { z } from 'zod';
import { roleName, scopeName } from './account-fields.ts';

/** Response to `GET /v1/session` and `POST /v1/session`. The token is in the cookie only. */
export const sessionView = z
  .strictObject({
    email: z.string(),
    organization: z.string(),
    role: roleName,
    scopes: z.array(scopeName),
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof sessionView>;
