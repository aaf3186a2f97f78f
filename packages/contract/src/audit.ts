import { z } from 'zod';
import { accountTime } from './account-fields.ts';

/** An event of the audit log. */
export const auditEventView = z
  .strictObject({
    id: z.string(),
    at: accountTime.describe("Time by the database's clock."),
    organization: z.string().nullable().describe('null: the whole instance, or unknown.'),
    environment: z.string().nullable(),
    actor: z
      .enum(['user', 'token', 'link', 'system', 'stranger'])
      .describe('system: the first start and jobs of workers. stranger: no valid credentials.'),
    user: z.string().nullable().describe("E-mail address of the user, or of the token's user."),
    token: z.string().nullable().describe('Id of the token.'),
    link: z.string().nullable().describe('Id of the link to a result.'),
    address: z
      .string()
      .nullable()
      .describe('IPv4 address or /64 network of the client. null: the system, or several.'),
    action: z.string(),
    object: z.string().nullable().describe('Name or id of what the action was done to.'),
    outcome: z.enum(['done', 'refused']),
    code: z.string().nullable().describe('Code of the error. null: done.'),
    requestId: z.string().nullable().describe('X-Request-Id of the response.'),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEventView = z.infer<typeof auditEventView>;

/** Response to `GET …/audit`, newest first. */
export const auditEventList = z
  .strictObject({
    events: z.array(auditEventView),
    nextPageToken: z.string().optional().describe('Present if there are more events.'),
  })
  .meta({ id: 'AuditEventList' });
export type AuditEventList = z.infer<typeof auditEventList>;
