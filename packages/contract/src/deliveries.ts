import { z } from 'zod';
import { accountTime, emailAddress } from './account-fields.ts';
import { oneOf } from './query-parameters.ts';

const maxUrlLength = 2_048;

/** Its scheme, host and port are checked by the rules of this instance. */
export const targetUrl = z
  .string()
  .max(maxUrlLength, `expected at most ${maxUrlLength} characters`)
  .describe('https, without user and fragment; not an address of a private network.');

const expectedSecret = 'expected whsec_ and the base64 of 24 to 64 bytes';

const text = (maxLength: number) =>
  z
    .string()
    .regex(/^\P{Cc}+$/u, 'expected at least 1 character, and no control characters')
    .max(maxLength, `expected at most ${maxLength} characters`);

const webhookTarget = z.strictObject({
  kind: z.literal('webhook'),
  url: targetUrl.optional(),
  secret: z
    .string(expectedSecret)
    .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, expectedSecret)
    .optional()
    .describe('Signs the message as those of webhook endpoints are. Only with url.'),
  endpoint: z
    .uuid('expected the id of a webhook endpoint')
    .optional()
    .describe('Instead of url: an endpoint.'),
});

const s3Target = z.strictObject({
  kind: z.literal('s3'),
  endpoint: targetUrl.optional().describe('URL of an S3-compatible store; AWS by default.'),
  region: text(64).default('us-east-1'),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected 3 to 63 lower-case letters, digits, "." and "-"'),
  prefix: z
    .string()
    .max(512, 'expected at most 512 characters')
    .regex(/^[\w!.*'()/=-]*$/, "expected letters, digits and ! - _ . * ' ( ) / =")
    .default('')
    .describe('Begins the key of the archive, such as reports/.'),
  accessKeyId: text(256),
  secretAccessKey: text(256),
  forcePathStyle: z
    .boolean()
    .default(false)
    .describe('Address the bucket in the path, as most stores other than AWS require.'),
});

const emailTarget = z.strictObject({
  kind: z.literal('email'),
  to: z.array(emailAddress).min(1, 'expected at least one address').max(10, 'expected at most 10 addresses'),
});

const slackTarget = z.strictObject({
  kind: z.literal('slack'),
  url: targetUrl.describe('URL of an incoming webhook of Slack, or of a service that is compatible.'),
});

export const deliveryKinds = ['webhook', 's3', 'email', 'slack'] as const;

const targets = [webhookTarget, s3Target, emailTarget, slackTarget] as const;

/** Where the result of a query goes. Body of `POST …/queries/{id}/deliveries`. */
export const deliveryTarget = z
  .discriminatedUnion('kind', targets, { error: `expected the kind ${deliveryKinds.join(', ')}` })
  .superRefine(checkWebhook)
  .meta({ id: 'DeliveryTarget' });
export type DeliveryTargetBody = z.infer<typeof deliveryTarget>;

const keptTarget = z
  .strictObject({
    kind: z.literal('kept'),
    id: z.uuid('expected the id of a target of the schedule').describe('Id of the target.'),
  })
  .describe('A target that stays as it is, with its secrets.')
  .meta({ id: 'KeptTarget' });

/** A target in a change of a schedule: a new one, or one that the schedule has and keeps. */
export const changedTarget = z
  .discriminatedUnion('kind', [...targets, keptTarget], {
    error: `expected the kind ${[...deliveryKinds, 'kept'].join(', ')}`,
  })
  .superRefine(checkWebhook)
  .meta({ id: 'ChangedTarget' });
export type ChangedTargetBody = z.infer<typeof changedTarget>;

function checkWebhook(
  target: z.infer<(typeof targets)[number]> | z.infer<typeof keptTarget>,
  context: z.core.$RefinementCtx,
): void {
  if (target.kind !== 'webhook') return;
  const { url, endpoint, secret } = target;
  if ((url === undefined) === (endpoint === undefined))
    context.addIssue({ code: 'custom', path: ['url'], message: 'expected either url or endpoint' });
  if (endpoint !== undefined && secret !== undefined) {
    const message = 'the endpoint has its own; expected none with endpoint';
    context.addIssue({ code: 'custom', path: ['secret'], message });
  }
}

/** A target without its secrets. A URL may contain one, so its host alone is shown. */
export const shownTarget = z
  .strictObject({
    kind: z.enum(deliveryKinds),
    host: z.string().optional().describe('Host of the URL, of webhook and slack.'),
    to: emailTarget.shape.to.optional(),
    region: z.string().optional(),
    bucket: z.string().optional(),
    prefix: z.string().optional(),
    accessKeyId: z.string().optional(),
    forcePathStyle: z.boolean().optional(),
    endpoint: z
      .string()
      .optional()
      .describe('Id of the webhook endpoint, or URL of the S3-compatible store.'),
  })
  .meta({ id: 'ShownTarget' });
export type ShownTargetView = z.infer<typeof shownTarget>;

/** A target of a schedule. */
export const scheduleTarget = shownTarget
  .extend({ id: z.uuid().describe('Names the target in a change that keeps it.') })
  .meta({ id: 'ScheduleTarget' });
export type ScheduleTargetView = z.infer<typeof scheduleTarget>;

export const deliveryStates = ['waiting', 'pending', 'sending', 'delivered', 'failed', 'cancelled'] as const;
export const deliveryState = oneOf(deliveryStates);

const deliveryAttempt = z
  .strictObject({
    time: accountTime,
    durationMs: z.int().min(0).nullable().describe('null: in progress, or its worker died.'),
    status: z.int().nullable().describe('HTTP status. null: no response, or none yet.'),
    error: z.string().nullable(),
  })
  .meta({ id: 'DeliveryAttempt' });

/** One message to one receiver. */
export const deliveryView = z
  .strictObject({
    id: z.uuid().describe('The webhook-id that the receiver sees, the same at every attempt.'),
    type: z.string(),
    query: z.uuid().nullable().describe('Id of the query; null for webhook.test.'),
    state: z
      .enum(deliveryStates)
      .describe(
        'waiting: for the end of the query. pending: for the next attempt. cancelled: the endpoint was disabled, or the query has no result to deliver.',
      ),
    created: accountTime,
    ended: accountTime.nullable(),
    nextAttempt: accountTime.nullable(),
    failure: z.string().nullable().describe('Why it was given up or cancelled; otherwise null.'),
    attempts: z.array(deliveryAttempt).describe('Oldest first, at most the last 50.'),
  })
  .meta({ id: 'Delivery' });
export type DeliveryView = z.infer<typeof deliveryView>;

/** A delivery of the result of one query. */
export const queryDelivery = deliveryView.extend({ target: shownTarget }).meta({ id: 'QueryDelivery' });
export type QueryDeliveryView = z.infer<typeof queryDelivery>;

/** Response to `GET …/queries/{id}/deliveries`, oldest first. */
export const queryDeliveryList = z
  .strictObject({ deliveries: z.array(queryDelivery) })
  .meta({ id: 'QueryDeliveries' });
