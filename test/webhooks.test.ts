import { createHmac } from 'node:crypto';
import {
  deliveryList,
  deliveryView,
  webhookEndpointList,
  webhookEndpointView,
  webhookEndpointWithSecret,
  webhookEvent,
  type DeliveryView,
  type WebhookEndpointWithSecret,
} from '@hourglass/contract';
import { eventually, startSystem, type RunningSystem } from '@hourglass/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReceiver, type ReceivedMessage, type WebhookReceiver } from './webhook-receiver.ts';

let system: RunningSystem;
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startReceiver();
  system = await startSystem({
    env: {
      HOURGLASS_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
      HOURGLASS_DELIVERY_HTTP: 'true',
      HOURGLASS_DELIVERY_NETWORKS: '127.0.0.0/8',
      HOURGLASS_QUERIES_PER_HOUR: '1000',
    },
  });
});
afterAll(async () => {
  await system.stop();
  await receiver.stop();
});

async function send(method: string, path: string, body?: object): Promise<Response> {
  return system.client.request(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function create(body: object): Promise<WebhookEndpointWithSecret> {
  const response = await send('POST', '/webhookEndpoints', body);
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  return webhookEndpointWithSecret.parse(JSON.parse(text));
}

async function deliveriesOf(id: string, query = ''): Promise<readonly DeliveryView[]> {
  const response = await send('GET', `/webhookEndpoints/${id}/deliveries${query}`);
  return deliveryList.parse(await response.json()).deliveries;
}

/** Messages at a path of the receiver, which stands for one endpoint. */
const messagesOf = (queryId: string, to = receiver): readonly ReceivedMessage[] =>
  to.received.filter(({ body }) => body.includes(queryId));

const query = { dimensions: ['apiproxy'], timeRange: 'last60minutes' };

describe('a webhook endpoint', () => {
  test('receives each end of a query as a message that the library of Standard Webhooks verifies', async () => {
    const endpoint = await create({ url: receiver.url });
    const id = await system.client.submit({ ...query, name: 'told' });
    await system.client.ended(id);
    const message = await eventually('the message arrives', () => messagesOf(id)[0] ?? null);
    const verified = new Webhook(endpoint.secret).verify(
      message.body,
      message.headers as Record<string, string>,
    );
    const event = webhookEvent.parse(verified);
    expect(event.type).toBe('query.completed');
    // As a poll shows it.
    expect(event.data).toEqual(await system.client.status(id));

    const [delivery] = await eventually('the delivery ends', async () => {
      const found = await deliveriesOf(endpoint.id, '?state=delivered');
      return found.length > 0 ? found : null;
    });
    expect(delivery).toMatchObject({
      id: message.headers['webhook-id'],
      type: 'query.completed',
      query: id,
      attempts: [{ status: 204, error: null }],
    });
    await send('DELETE', `/webhookEndpoints/${endpoint.id}`);
  });

  test('is signed with both secrets during the overlap, and with the new one alone after it', async () => {
    const { id, secret: old } = await create({ url: receiver.url });
    const rotate = async (overlapSeconds: number) => {
      const response = await send('POST', `/webhookEndpoints/${id}:rotateSecret`, { overlapSeconds });
      return webhookEndpointWithSecret.parse(await response.json());
    };
    const { secret, oldSecretExpires } = await rotate(3600);
    expect(Date.parse(oldSecretExpires ?? '')).toBeGreaterThan(Date.now() + 3_500_000);
    const tested = await testedMessage(id);
    expect(tested.headers['webhook-signature']).toBe(
      [secret, old].map((one) => signature(one, tested)).join(' '),
    );

    const { secret: newest } = await rotate(0);
    const after = await testedMessage(id);
    expect(after.headers['webhook-signature']).toBe(signature(newest, after));
    await send('DELETE', `/webhookEndpoints/${id}`);
  });

  test('is listed, read, changed and deleted, and its secret is in no other response', async () => {
    const { secret, ...created } = await create({
      url: receiver.url,
      description: 'our receiver',
      events: ['query.failed'],
      enabled: false,
    });
    expect(created).toMatchObject({ enabled: false, events: ['query.failed'], disabled: null });
    const path = `/webhookEndpoints/${created.id}`;
    const texts = [
      await (await send('GET', '/webhookEndpoints')).text(),
      await (await send('GET', path)).text(),
      await (
        await send('PATCH', path, { description: null, enabled: true, events: ['query.expired'] })
      ).text(),
    ];
    expect(webhookEndpointList.parse(JSON.parse(texts[0] ?? '')).webhookEndpoints).toContainEqual(created);
    expect(webhookEndpointView.parse(JSON.parse(texts[1] ?? ''))).toEqual(created);
    expect(webhookEndpointView.parse(JSON.parse(texts[2] ?? ''))).toMatchObject({
      description: null,
      enabled: true,
      events: ['query.expired'],
      url: receiver.url,
    });
    expect(texts.join()).not.toContain(secret);
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
  });

  test('that responds 410 is disabled at once, and enabling it again ends that', async () => {
    receiver.answer(() => ({ status: 410 }));
    const { id } = await create({ url: receiver.url });
    await send('POST', `/webhookEndpoints/${id}:test`);
    const disabled = await eventually('the endpoint is disabled', async () => {
      const found = webhookEndpointView.parse(await (await send('GET', `/webhookEndpoints/${id}`)).json());
      return found.enabled ? null : found;
    });
    receiver.answer(() => ({ status: 204 }));
    expect(disabled.disabled?.reason).toBe('gone');
    const events = await fetch(
      `${system.url}/v1/organizations/${system.organization}/audit?action=webhook.disable&object=${id}`,
      { headers: { Authorization: `Bearer ${system.token}` } },
    );
    expect(await events.json()).toMatchObject({
      events: [{ actor: 'system', environment: 'prod', details: { reason: 'gone' } }],
    });
    const enabled = await send('PATCH', `/webhookEndpoints/${id}`, { enabled: true });
    expect(webhookEndpointView.parse(await enabled.json())).toMatchObject({ enabled: true, disabled: null });
    await send('DELETE', `/webhookEndpoints/${id}`);
  });

  test('shows failed attempts, and a replay sends the same id and body again', async () => {
    receiver.answer(() => ({ status: 500 }));
    const { id } = await create({ url: receiver.url });
    const { id: testId } = deliveryView.parse(
      await (await send('POST', `/webhookEndpoints/${id}:test`)).json(),
    );
    const path = `/webhookEndpoints/${id}/deliveries/${testId}`;
    const failed = await eventually('the attempt fails', async () => {
      const delivery = deliveryView.parse(await (await send('GET', path)).json());
      return delivery.attempts[0]?.error === 'status 500; expected 2xx' ? delivery : null;
    });
    expect(failed).toMatchObject({ state: 'pending', attempts: [{ status: 500 }] });
    expect((await send('POST', `${path}:replay`)).status).toBe(409);
    receiver.answer(() => ({ status: 200 }));
    await eventually('the second attempt succeeds', async () => {
      const delivery = deliveryView.parse(await (await send('GET', path)).json());
      return delivery.state === 'delivered' ? delivery : null;
    });
    expect((await send('POST', `${path}:replay`)).status).toBe(200);
    const messages = await eventually('it is sent again', () => {
      const found = receiver.received.filter(({ headers }) => headers['webhook-id'] === testId);
      return found.length === 3 ? found : null;
    });
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
    await send('DELETE', `/webhookEndpoints/${id}`);
  });
});

async function testedMessage(endpointId: string): Promise<ReceivedMessage> {
  const response = await send('POST', `/webhookEndpoints/${endpointId}:test`);
  const { id } = deliveryView.parse(await response.json());
  return eventually(
    'the test arrives',
    () => receiver.received.find(({ headers }) => headers['webhook-id'] === id) ?? null,
  );
}

/** Computed by the text of the specification. */
function signature(secret: string, { headers, body }: ReceivedMessage): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
