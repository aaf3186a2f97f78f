import { errorBody, savedReport, schedule, scheduleRunList, type ScheduleRunView } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  startSystem,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let system: RunningSystem;
let database: DatabaseClient;
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startReceiver();
  system = await startSystem({
    env: {
      HOURGLASS_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
      HOURGLASS_DELIVERY_HTTP: 'true',
      HOURGLASS_DELIVERY_NETWORKS: '127.0.0.0/8',
      HOURGLASS_DELIVERY_RETRY_SECONDS: '0',
      HOURGLASS_PUBLIC_URL: 'http://127.0.0.1:1',
    },
  });
  database = await connectDatabase(system.databaseUrl);
});
afterAll(async () => {
  await database.end();
  await system.stop();
  await receiver.stop();
});

const uuid: unknown = expect.any(String);
const headers = () => ({ Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' });

async function newReport(): Promise<string> {
  const response = await fetch(`${system.url}/v1/organizations/${system.organization}/reports`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({ displayName: 'Weekly', dimensions: ['apiproxy'] }),
  });
  return savedReport.parse(await response.json()).name;
}

const request = (method: string, path: string, body?: object) =>
  system.client.request(`/schedules${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** It is due only when a test lets it be. */
async function create(body: object) {
  const yearly = { report: await newReport(), cron: '0 0 29 2 *', overrides: { timeRange: 'last60minutes' } };
  const response = await request('POST', '', { ...yearly, ...body });
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  return { made: schedule.parse(JSON.parse(text)), text };
}

/** Lets the schedule be due now, and waits for the end of its run and of its deliveries. */
async function run(id: string): Promise<ScheduleRunView> {
  const runs = async () => scheduleRunList.parse(await (await request('GET', `/${id}/runs`)).json()).runs;
  const before = (await runs()).length;
  await database.sql(
    `update schedules set next_due_at = date_trunc('second', now()), wake_at = now() where id = $1`,
    [id],
  );
  return eventually('the run ends', async () => {
    const found = await runs();
    const newest = found.length > before ? found[0] : undefined;
    const isOver = newest?.ended !== undefined;
    const isDelivered = newest?.deliveries?.every(({ state }) => state === 'delivered') !== false;
    return newest !== undefined && isOver && isDelivered ? newest : null;
  });
}

const messagesOf = (query: string) => receiver.received.filter(({ body }) => body.includes(query));

describe('a run of a schedule', () => {
  test('is delivered once to each target, which no response shows with its secrets', async () => {
    const { made, text } = await create({
      delivery: [
        { kind: 'webhook', url: `${receiver.url}?token=t0p` },
        { kind: 'slack', url: `${receiver.url}/T0/s3cret` },
      ],
    });
    const { host } = new URL(receiver.url);
    expect(made.delivery).toEqual([
      { id: uuid, kind: 'webhook', host },
      { id: uuid, kind: 'slack', host },
    ]);
    expect(text).not.toMatch(/t0p|s3cret/);
    const ended = await run(made.id);
    expect(ended).toMatchObject({
      state: 'completed',
      deliveries: [
        { kind: 'webhook', state: 'delivered', failure: null },
        { kind: 'slack', state: 'delivered', failure: null },
      ],
    });
    // The link of the message contains the id of the query.
    expect(messagesOf(ended.query ?? '')).toHaveLength(2);
    const again = await run(made.id);
    expect(again.query).not.toBe(ended.query);
    expect(messagesOf(again.query ?? '')).toHaveLength(2);
    expect(messagesOf(ended.query ?? '')).toHaveLength(2);
  });

  test('without rows is not delivered where empty ones are skipped', async () => {
    const { made } = await create({ skipIfEmpty: true, delivery: [{ kind: 'webhook', url: receiver.url }] });
    const ended = await run(made.id);
    expect(ended.state).toBe('empty');
    expect(ended.deliveries).toBeUndefined();
    expect(messagesOf(ended.query ?? '')).toEqual([]);
  });

  test('goes to the targets of the last change', async () => {
    const { made } = await create({ delivery: [{ kind: 'slack', url: receiver.url }] });
    const change = async (body: object) =>
      schedule.parse(await (await request('PATCH', `/${made.id}`, body)).json()).delivery;
    expect(await change({ displayName: 'Renamed' })).toEqual(made.delivery);
    const { host } = new URL(receiver.url);
    expect(await change({ delivery: [{ kind: 'webhook', url: receiver.url }] })).toEqual([
      { id: uuid, kind: 'webhook', host },
    ]);
    expect((await run(made.id)).deliveries).toMatchObject([{ kind: 'webhook', state: 'delivered' }]);
    expect(await change({ delivery: [] })).toEqual([]);
    expect((await run(made.id)).deliveries).toBeUndefined();
  });

  test('goes to a target that a change keeps, with its secret, and to the new one in its place', async () => {
    const { made } = await create({
      delivery: [
        { kind: 'slack', url: `${receiver.url}/kept?token=t0p` },
        { kind: 'slack', url: `${receiver.url}/replaced` },
      ],
    });
    const [first] = made.delivery;
    const kept = { kind: 'kept', id: first?.id.toUpperCase() };
    const added = { kind: 'slack', url: `${receiver.url}/added` };
    const change = (delivery: readonly object[]) => request('PATCH', `/${made.id}`, { delivery });
    const response = await change([added, kept]);
    const text = await response.text();
    expect(text).not.toContain('t0p');
    expect(schedule.parse(JSON.parse(text)).delivery[1]).toEqual(first);
    const { query = '' } = await run(made.id);
    const paths = messagesOf(query).map(({ path }) => path);
    expect(paths.map((path) => path.slice(path.lastIndexOf('/'))).toSorted()).toEqual([
      '/added',
      '/kept?token=t0p',
    ]);

    const { made: other } = await create({ delivery: [added] });
    for (const delivery of [
      [kept, kept],
      [kept, { kind: 'kept', id: other.delivery[0]?.id }],
      [kept, { kind: 'kept', id: made.delivery[1]?.id }],
      [kept, { kind: 'kept', id: 'x' }],
    ]) {
      const refused = await change(delivery);
      const { faults } = errorBody.parse(await refused.json());
      expect([refused.status, faults?.map(({ field }) => field)]).toEqual([400, ['delivery[1].id']]);
    }
    // A refused change leaves everything.
    expect((await run(made.id)).deliveries).toHaveLength(2);
  });
});

test.each([
  [[{ kind: 'ftp' }], 400, 'delivery[0].kind'],
  [[{ kind: 'webhook', url: 'https://10.0.0.1/' }], 400, 'delivery[0].url'],
  [
    [
      { kind: 'slack', url: 'https://a.example/' },
      { kind: 'email', to: ['a@b.example'] },
    ],
    400,
    'delivery[1].kind',
  ],
  [Array.from({ length: 11 }, () => ({ kind: 'webhook', url: 'https://a.example/' })), 400, 'delivery'],
  [[{ kind: 'webhook', endpoint: '00000000-0000-4000-8000-000000000000' }], 404, undefined],
])('the delivery %j is refused with its place', async (delivery, status, field) => {
  const body = {
    report: await newReport(),
    cron: '0 0 29 2 *',
    overrides: { timeRange: 'lastMonth' },
    delivery,
  };
  const response = await request('POST', '', body);
  const { faults } = errorBody.parse(await response.json());
  expect([response.status, faults?.[0]?.field]).toEqual([status, field]);
});
