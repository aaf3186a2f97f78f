import { z } from 'zod';
import { accountTime } from './account-fields.ts';
import { customFieldDescription } from './custom-fields.ts';
import { deliveryView, targetUrl } from './deliveries.ts';
import { didYouMean, quoted } from './messages.ts';
import { oneOf } from './query-parameters.ts';
import { queryStatus } from './queries.ts';

/** Types of the events that endpoints receive. */
export const webhookEventTypes = [
  'query.completed',
  'query.failed',
  'query.cancelled',
  'query.expired',
] as const;

const eventType = z.enum(webhookEventTypes, {
  error: ({ input }) =>
    typeof input === 'string'
      ? `unknown event type ${quoted(input)}; expected one of ${webhookEventTypes.join(', ')}${didYouMean(input, webhookEventTypes)}`
      : `expected ${webhookEventTypes.join(', ')}`,
});

const eventTypes = z
  .array(eventType)
  .min(1, 'expected at least one event type')
  .max(webhookEventTypes.length, `expected at most ${webhookEventTypes.length} event types`)
  .refine((types) => new Set(types).size === types.length, 'expected each event type once');

/** Body of `POST …/webhookEndpoints`. */
export const createWebhookEndpointBody = z
  .strictObject({
    url: targetUrl,
    description: customFieldDescription.optional(),
    events: eventTypes.optional().describe('Types of events to send; all by default.'),
    enabled: z.boolean().default(true).describe('false: no event is sent until it is enabled.'),
  })
  .meta({ id: 'CreateWebhookEndpoint' });
export type CreateWebhookEndpointBody = z.infer<typeof createWebhookEndpointBody>;

/** Body of `PATCH …/webhookEndpoints/{endpoint}`. Absent members keep their values. */
export const changeWebhookEndpointBody = z
  .strictObject({
    url: targetUrl,
    description: customFieldDescription.nullable(),
    events: eventTypes,
    enabled: z.boolean().describe('true also ends an automatic disabling.'),
  })
  .partial()
  .refine(
    (body) => Object.keys(body).length > 0,
    'expected at least one of url, description, events, enabled',
  )
  .meta({ id: 'ChangeWebhookEndpoint' });
export type ChangeWebhookEndpointBody = z.infer<typeof changeWebhookEndpointBody>;

export const maxSecretOverlapSeconds = 604_800;

/** Body of `POST …/webhookEndpoints/{endpoint}:rotateSecret`. */
export const rotateWebhookSecretBody = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0, 'expected at least 0')
      .max(maxSecretOverlapSeconds, `expected at most ${maxSecretOverlapSeconds}`)
      .default(86_400)
      .describe('How long events are also signed with the old secret; 24 hours by default.'),
  })
  .meta({ id: 'RotateWebhookSecret' })
  .prefault({});
export type RotateWebhookSecretBody = z.infer<typeof rotateWebhookSecretBody>;

/** An endpoint without its secret. */
export const webhookEndpointView = z
  .strictObject({
    id: z.uuid(),
    url: z.string(),
    description: z.string().nullable(),
    events: z.array(z.enum(webhookEventTypes)),
    enabled: z.boolean(),
    disabled: z
      .strictObject({
        reason: z
          .enum(['failing', 'gone'])
          .describe('failing: nothing arrived for three days. gone: the receiver responded 410.'),
        time: accountTime,
      })
      .nullable()
      .describe('Present after an automatic disabling, until it is enabled again.'),
    failingSince: accountTime
      .nullable()
      .describe('Time of the first failed attempt since the last successful one.'),
    oldSecretExpires: accountTime
      .nullable()
      .describe('Until when events are also signed with the old secret.'),
    created: accountTime,
    modified: accountTime,
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpointView = z.infer<typeof webhookEndpointView>;

/** Response to `POST …/webhookEndpoints` and `…:rotateSecret`, the only ones that contain a secret. */
export const webhookEndpointWithSecret = webhookEndpointView
  .extend({ secret: z.string().describe('whsec_ and base64. Not shown again.') })
  .meta({ id: 'WebhookEndpointWithSecret' });
export type WebhookEndpointWithSecret = z.infer<typeof webhookEndpointWithSecret>;

/** Response to `GET …/webhookEndpoints`, oldest first. */
export const webhookEndpointList = z
  .strictObject({ webhookEndpoints: z.array(webhookEndpointView) })
  .meta({ id: 'WebhookEndpoints' });

/** The body that an endpoint receives. */
export const webhookEvent = z
  .strictObject({
    type: z.enum([...webhookEventTypes, 'webhook.test']),
    timestamp: z.iso.datetime({ precision: 3 }).describe('Time of the event.'),
    data: z
      .union([queryStatus, z.strictObject({})])
      .describe('The query as a poll shows it, at the time of the event; empty for webhook.test.'),
  })
  .meta({ id: 'WebhookEvent' });

/** Response to `GET …/webhookEndpoints/{endpoint}/deliveries`, newest first. */
export const deliveryList = z
  .strictObject({
    deliveries: z.array(deliveryView),
    nextPageToken: z.string().optional().describe('pageToken of the next page. Absent on the last page.'),
  })
  .meta({ id: 'Deliveries' });
export type DeliveryList = z.infer<typeof deliveryList>;

const replayedState = oneOf(['failed', 'cancelled', 'delivered']);
const replayMoment = z.iso.datetime({ error: 'expected a time such as 2026-01-31T13:45:00Z' });

/** Body of `POST …/webhookEndpoints/{endpoint}:replay`. */
export const replayDeliveriesBody = z
  .strictObject({
    from: replayMoment.describe('Deliveries created at or after this time.'),
    to: replayMoment.optional().describe('Deliveries created before this time; now by default.'),
    states: z
      .array(replayedState)
      .min(1, 'expected at least one state')
      .max(3, 'expected at most 3 states')
      .default(['failed', 'cancelled'])
      .describe('failed and cancelled by default.'),
  })
  .refine(({ from, to }) => to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    message: 'it is not after from; expected a later time',
  })
  .meta({ id: 'ReplayDeliveries' });
export type ReplayDeliveriesBody = z.infer<typeof replayDeliveriesBody>;

/** Response to a replay of several deliveries. */
export const replayedDeliveries = z
  .strictObject({ replayed: z.int().min(0) })
  .meta({ id: 'ReplayedDeliveries' });
