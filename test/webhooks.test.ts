import { createHmac } from 'node:crypto';
import {
  createdToken,
  deliveryList,
  deliveryView,
  errorBody,
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
import { runCli } from './run-cli.ts';
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

describe('the API', () => {
  const faults = async (response: Response) => {
    const body: unknown = await response.json();
    return [response.status, errorBody.parse(body).faults];
  };

  test.each([
    [{}, 'url', /^is required; expected string$/],
    [{ url: 1 }, 'url', /^expected string, found 1$/],
    [{ url: `https://example.com/${'x'.repeat(2_029)}` }, 'url', /^expected at most 2048 characters, found/],
    [{ url: 'ftp://example.com/' }, 'url', 'has the scheme "ftp"; expected an http or https URL'],
    [{ url: 'https://user:pw@example.com/' }, 'url', 'contains credentials; expected a URL without them'],
    [
      { url: 'https://0xa000001/' },
      'url',
      'has the address 10.0.0.1, which is not on the public internet; expected a public address',
    ],
    [
      { url: 'https://[::ffff:7f00:1]/' },
      'url',
      'has the address ::ffff:7f00:1, which is not on the public internet; expected a public address',
    ],
    [{ url: 'https://example.com/', events: [] }, 'events', /^expected at least one event type, found/],
    [
      { url: 'https://example.com/', events: ['query.complete'] },
      'events[0]',
      /unknown event type "query.complete"; expected one of .*Did you mean "query.completed"\?/,
    ],
    [
      { url: 'https://example.com/', events: ['query.failed', 'query.failed'] },
      'events',
      /^expected each event type once, found/,
    ],
    [{ url: 'https://example.com/', description: 'x'.repeat(501) }, 'description', /1 to 500/],
    [{ url: 'https://example.com/', enabled: 'yes' }, 'enabled', /expected/],
    [{ url: 'https://example.com/', event: ['query.failed'] }, 'event', /Did you mean "events"\?/],
  ])('refuses %j with the field and what is expected', async (body, field, message) => {
    const [status, found] = await faults(await send('POST', '/webhookEndpoints', body));
    const expected: unknown = expect.stringMatching(message);
    expect([status, found]).toEqual([400, [{ field, message: expected }]]);
  });

  test('takes a URL of 2,048 characters', async () => {
    const { id } = await create({ url: `https://example.com/${'x'.repeat(2_028)}`, enabled: false });
    const moved = await send('PATCH', `/webhookEndpoints/${id}`, { url: 'https://127.0.0.1:22/' });
    expect(await faults(moved)).toEqual([
      400,
      [{ field: 'url', message: 'has the port 22; expected 80, 443 or one from 1024' }],
    ]);
    expect((await send('PATCH', `/webhookEndpoints/${id}`, {})).status).toBe(400);
    await send('DELETE', `/webhookEndpoints/${id}`);
  });

  test('refuses an overlap, a replay and a page beyond their bounds', async () => {
    const { id } = await create({ url: receiver.url, enabled: false });
    const path = `/webhookEndpoints/${id}`;
    const fieldOf = async (response: Response) =>
      errorBody.parse(await response.json()).faults?.map(({ field }) => field);
    expect(await fieldOf(await send('POST', `${path}:rotateSecret`, { overlapSeconds: 604_801 }))).toEqual([
      'overlapSeconds',
    ]);
    expect(await fieldOf(await send('POST', `${path}:replay`, { from: 'today' }))).toEqual(['from']);
    const time = '2026-01-01T00:00:00Z';
    expect(await fieldOf(await send('POST', `${path}:replay`, { from: time, to: time }))).toEqual(['to']);
    expect(await fieldOf(await send('POST', `${path}:replay`, { from: time, states: ['pending'] }))).toEqual([
      'states[0]',
    ]);
    expect(await fieldOf(await send('GET', `${path}/deliveries?pageSize=1001`))).toEqual(['pageSize']);
    expect(await fieldOf(await send('GET', `${path}/deliveries?pageToken=x`))).toEqual(['pageToken']);
    expect((await send('POST', `${path}:replay`, { from: time })).status).toBe(409);
    await send('DELETE', path);
  });

  test('lists deliveries in pages, newest first', async () => {
    const { id } = await create({ url: receiver.url, enabled: false });
    const ids: string[] = [];
    for (let test = 0; test < 5; test += 1) {
      const response = await send('POST', `/webhookEndpoints/${id}:test`);
      ids.unshift(deliveryView.parse(await response.json()).id);
    }
    const seen: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const token: string = next === '' ? '' : `&pageToken=${next}`;
      const response = await send('GET', `/webhookEndpoints/${id}/deliveries?pageSize=2${token}`);
      const page = deliveryList.parse(await response.json());
      seen.push(...page.deliveries.map((delivery) => delivery.id));
      next = page.nextPageToken;
    }
    expect(seen).toEqual(ids);
    await send('DELETE', `/webhookEndpoints/${id}`);
  });

  test('shows endpoints to administrators only', async () => {
    const token = await tokenWith(['read', 'submit', 'ingest']);
    const response = await fetch(`${system.client.environmentUrl}/webhookEndpoints`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(403);
  });
});

async function tokenWith(scopes: readonly string[]): Promise<string> {
  const response = await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ scopes }),
  });
  return createdToken.parse(await response.json()).token;
}

describe('hourglass webhooks', () => {
  const cli = (...args: string[]) =>
    runCli(system, 'webhooks', ...args, '--org', system.organization, '--env', 'prod');

  test('creates, lists, tests, disables, enables, rotates, replays and deletes', async () => {
    const created = await cli('create', receiver.url, '--events', 'query.failed', '--description', 'mine');
    const id = /id: (\S+)/.exec(created.output)?.[1] ?? '';
    expect(created.output).toMatch(/secret: whsec_[\w+/=]+/);
    expect((await cli('list')).output).toContain(`${id}\tenabled\t${receiver.url}\tmine`);
    const tested = await cli('test', id);
    const [delivery = ''] = tested.output.split('\t');
    await eventually('the test is delivered', async () => {
      const { output } = await cli('deliveries', id, '--state', 'delivered');
      return output.startsWith(delivery) ? output : null;
    });
    expect((await cli('replay', id, '--delivery', delivery)).output).toContain('webhook.test\tpending');
    expect((await cli('replay', id, '--from', '2020-01-01T00:00:00Z')).output).toBe('replayed 0');
    expect((await cli('disable', id)).output).toContain(`${id}\tdisabled\t`);
    expect((await cli('enable', id)).output).toContain(`${id}\tenabled\t`);
    expect((await cli('rotate-secret', id, '--overlap-seconds', '0')).output).toContain('secret: whsec_');
    expect(await cli('delete', id)).toEqual({ code: 0, output: `deleted ${id}` });
    expect((await cli('list')).output).not.toContain(id);
  });
});
