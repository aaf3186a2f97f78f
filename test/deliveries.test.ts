import { createServer } from 'node:http';
import { createHmac } from 'node:crypto';
import {
  deliveryList,
  errorBody,
  queryDelivery,
  queryDeliveryList,
  webhookEndpointWithSecret,
  webhookEvent,
  type QueryDeliveryView,
} from '@hourglass/contract';
import { connectDatabase, eventually, startSystem, type RunningSystem } from '@hourglass/testing';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from './run-cli.ts';
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let system: RunningSystem;
let receiver: WebhookReceiver;
let mailServer: MailServer;
beforeAll(async () => {
  receiver = await startReceiver();
  mailServer = await startMailServer();
  const publicUrl = await freeUrl();
  system = await startSystem({
    env: {
      HOURGLASS_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
      HOURGLASS_DELIVERY_HTTP: 'true',
      HOURGLASS_DELIVERY_NETWORKS: '127.0.0.0/8',
      HOURGLASS_DELIVERY_RETRY_SECONDS: '0',
      HOURGLASS_QUERIES_PER_HOUR: '1000',
      HOURGLASS_PUBLIC_URL: publicUrl,
      HOURGLASS_PORT: new URL(publicUrl).port,
      HOURGLASS_SMTP_URL: mailServer.url,
      HOURGLASS_SMTP_FROM: 'Reports <reports@hourglass.example>',
    },
  });
});
afterAll(async () => {
  await system.stop();
  await mailServer.stop();
  await receiver.stop();
});

/** Links must lead to the API of the test, so its port is chosen before it starts. */
async function freeUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`;
}

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

interface MailServer {
  readonly url: string;
  readonly mails: readonly Mail[];
  /** Replies to this many recipients with 451. */
  refuse(count: number): void;
  stop(): Promise<void>;
}

async function startMailServer(): Promise<MailServer> {
  const mails: Mail[] = [];
  let refused = 0;
  const server = new SMTPServer({
    // The client takes STARTTLS where it is offered, and would have to trust the certificate.
    hideSTARTTLS: true,
    onAuth: (auth, _session, callback) =>
      auth.username === 'reports' && auth.password === 'p@ss'
        ? callback(null, { user: 'reports' })
        : callback(new Error('wrong password')),
    onRcptTo(address, _session, callback) {
      if (refused > 0) {
        refused -= 1;
        return callback(Object.assign(new Error('try later'), { responseCode: 451 }));
      }
      if (address.address === 'nobody@customer.example')
        return callback(Object.assign(new Error('no such user'), { responseCode: 550 }));
      return callback();
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = typeof mailFrom === 'object' && mailFrom !== null ? mailFrom.address : '';
        mails.push({
          from,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString('utf8').replaceAll('=\r\n', '').replaceAll('=3D', '='),
        });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  return {
    url: `smtp://reports:p%40ss@127.0.0.1:${port}`,
    mails,
    refuse(count) {
      refused = count;
    },
    stop: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

const query = { dimensions: ['apiproxy'], timeRange: 'last60minutes', name: 'Calls <by> proxy' };

const post = (id: string, body: object) =>
  system.client.request(`/queries/${id}/deliveries`, { method: 'POST', body: JSON.stringify(body) });

async function deliver(id: string, body: object): Promise<QueryDeliveryView> {
  const response = await post(id, body);
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  return queryDelivery.parse(JSON.parse(text));
}

async function listOf(id: string): Promise<readonly QueryDeliveryView[]> {
  const response = await system.client.request(`/queries/${id}/deliveries`);
  return queryDeliveryList.parse(await response.json()).deliveries;
}

const ended = (id: string, delivery: string) =>
  eventually('the delivery ends', async () => {
    const found = (await listOf(id)).find((one) => one.id === delivery);
    return found === undefined || found.ended === null ? null : found;
  });

async function completed(): Promise<string> {
  const id = await system.client.submit(query);
  await system.client.ended(id);
  return id;
}

describe('the result of a query', () => {
  test('is announced to a webhook once the query has ended, signed with the secret of the client', async () => {
    const key = Buffer.alloc(24, 5);
    const id = await system.client.submit(query);
    const secret = `whsec_${key.toString('base64')}`;
    const delivery = await deliver(id, { kind: 'webhook', url: `${receiver.url}?token=t0p`, secret });
    expect(delivery.target).toEqual({ kind: 'webhook', host: new URL(receiver.url).host });
    expect(await ended(id, delivery.id)).toMatchObject({
      state: 'delivered',
      type: 'query.completed',
      query: id,
    });
    const [message] = receiver.received.filter(({ headers }) => headers['webhook-id'] === delivery.id);
    if (message === undefined) throw new Error('nothing was received');
    const { headers, body } = message;
    expect(webhookEvent.parse(JSON.parse(body)).data).toEqual(await system.client.status(id));
    const signed = `${delivery.id}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(JSON.stringify(await listOf(id))).not.toMatch(/t0p|whsec/);
  });

  test('goes to an endpoint with its URL and secret, and is in its log', async () => {
    const response = await system.client.request('/webhookEndpoints', {
      method: 'POST',
      body: JSON.stringify({ url: receiver.url, events: ['query.expired'] }),
    });
    const endpoint = webhookEndpointWithSecret.parse(await response.json());
    const id = await completed();
    const delivery = await deliver(id, { kind: 'webhook', endpoint: endpoint.id });
    await ended(id, delivery.id);
    const log = await system.client.request(`/webhookEndpoints/${endpoint.id}/deliveries`);
    expect(deliveryList.parse(await log.json()).deliveries).toMatchObject([
      { id: delivery.id, state: 'delivered' },
    ]);
    const unknown = await post(id, { kind: 'webhook', endpoint: '00000000-0000-4000-8000-000000000000' });
    expect(unknown.status).toBe(404);
  });

  test('is mailed as a link that downloads the archive without credentials, after a refusal', async () => {
    mailServer.refuse(1);
    const id = await completed();
    const to = ['ann@customer.example', 'bob@customer.example'];
    const delivery = await deliver(id, { kind: 'email', to });
    const { state, attempts } = await ended(id, delivery.id);
    expect(state).toBe('delivered');
    const mail = mailServer.mails.find(({ source }) => source.includes(delivery.id));
    expect(mail).toMatchObject({ from: 'reports@hourglass.example' });
    expect(mail?.source).toContain('Subject: Report Calls <by> proxy completed');
    const link = /http:\S+signature=\S+/.exec(mail?.source ?? '')?.[0] ?? '';
    const archive = Buffer.from(await (await fetch(link)).arrayBuffer());
    expect(archive).toEqual(await system.client.archive(id));
    expect(attempts.length).toBeGreaterThanOrEqual(1);
  });

  test('is posted to Slack with an escaped text and a link, by the URL that no response shows', async () => {
    const id = await completed();
    const delivery = await deliver(id, { kind: 'slack', url: `${receiver.url}/T0/B0/secret` });
    await ended(id, delivery.id);
    const message = receiver.received.find(({ headers }) => headers['webhook-id'] === delivery.id);
    const { text } = JSON.parse(message?.body ?? '{}') as { text: string };
    expect(text).toMatch(/^The report "Calls &lt;by&gt; proxy" is complete: 0 rows/);
    const [, link = ''] = /<(http\S+)\|Download>/.exec(text) ?? [];
    expect((await fetch(link)).status).toBe(200);
    expect(JSON.stringify(await listOf(id))).not.toContain('secret');
  });

  test('that failed reaches people as news, and a bucket gets nothing', async () => {
    // No worker runs it before it is made to fail.
    const database = await connectDatabase(system.databaseUrl);
    const id = await completed();
    await database.sql(
      "update queries set state = 'enqueued', retry_at = now() + interval '1 hour' where id = $1",
      [id],
    );
    const slack = await deliver(id, { kind: 'slack', url: receiver.url });
    const bucket = await deliver(id, { ...bucketOf(receiver), bucket: 'theirs' });
    expect((await listOf(id)).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    await database.sql("update queries set state = 'failed', failure = 'too many rows' where id = $1", [id]);
    await database.end();
    expect(await ended(id, slack.id)).toMatchObject({ state: 'delivered', type: 'query.failed' });
    expect(await ended(id, bucket.id)).toMatchObject({
      state: 'cancelled',
      failure: 'the query is failed and has no result',
    });
    const message = receiver.received.find(({ headers }) => headers['webhook-id'] === slack.id);
    expect(message?.body).toContain('failed: too many rows');
    expect((await post(id, { kind: 'slack', url: receiver.url })).status).toBe(404);
  });

  test('ends at once for an address that the mail server does not know', async () => {
    const id = await completed();
    const delivery = await deliver(id, { kind: 'email', to: ['nobody@customer.example'] });
    expect(await ended(id, delivery.id)).toMatchObject({
      state: 'failed',
      attempts: [{ error: 'the mail server replied 550' }],
    });
  });
});

const bucketOf = ({ url }: WebhookReceiver) => ({
  kind: 's3',
  endpoint: new URL(url).origin,
  bucket: 'theirs',
  accessKeyId: 'key',
  secretAccessKey: 'the secret of the bucket',
  forcePathStyle: true,
});

describe('the API', () => {
  let id: string;
  beforeAll(async () => {
    id = await completed();
  });

  const faultsOf = async (body: object) => {
    const response = await post(id, body);
    return [response.status, errorBody.parse(await response.json()).faults];
  };

  test.each([
    [{}, 'kind', /expected the kind webhook, s3, email, slack/],
    [{ kind: 'ftp' }, 'kind', /expected the kind webhook, s3, email, slack/],
    [{ kind: 'webhook' }, 'url', /^expected either url or endpoint$/],
    [{ kind: 'webhook', url: 'ftp://example.com/' }, 'url', /has the scheme "ftp"/],
    [{ kind: 'webhook', url: 'https://10.0.0.1/' }, 'url', /has the address 10.0.0.1/],
    [
      { kind: 'webhook', url: 'https://a.example/', secret: 'whsec_short' },
      'secret',
      /base64 of 24 to 64 bytes/,
    ],
    [{ kind: 'webhook', url: 'https://a.example/', urls: 1 }, 'urls', /Did you mean "url"\?/],
    [{ kind: 'webhook', endpoint: 'mine' }, 'endpoint', /expected the id/],
    [{ kind: 'slack', url: 'https://[::1]/' }, 'url', /has the address ::1/],
    [{ kind: 'email', to: [] }, 'to', /^expected at least one address, found/],
    [{ kind: 'email', to: ['not an address'] }, 'to[0]', /^expected an e-mail address, found/],
    [
      { kind: 'email', to: ['a@b.example\r\nBcc: c@d.example'] },
      'to[0]',
      /^expected an e-mail address, found/,
    ],
    [{ kind: 'email', to: Array(11).fill('a@b.example') }, 'to', /^expected at most 10 addresses, found/],
    [{ kind: 's3', bucket: 'B', accessKeyId: 'k', secretAccessKey: 's' }, 'bucket', /lower-case/],
    [
      {
        kind: 's3',
        bucket: 'theirs',
        accessKeyId: 'k',
        secretAccessKey: 's',
        endpoint: 'https://169.254.169.254/',
      },
      'endpoint',
      /has the address 169.254.169.254/,
    ],
    [{ kind: 's3', bucket: 'theirs', accessKeyId: 'k' }, 'secretAccessKey', /expected/],
    [
      { kind: 's3', bucket: 'theirs', accessKeyId: 'k', secretAccessKey: 's', prefix: 'a b' },
      'prefix',
      /expected letters/,
    ],
  ])('refuses %j with the field and what is expected', async (body, field, message) => {
    const expected: unknown = expect.stringMatching(message);
    expect(await faultsOf(body)).toEqual([400, [{ field, message: expected }]]);
  });

  test('shows what a bucket is, without its secret, and tries it again', async () => {
    const { target, id: delivery } = await deliver(id, bucketOf(receiver));
    const { secretAccessKey, ...shown } = bucketOf(receiver);
    expect(target).toEqual({ ...shown, region: 'us-east-1', prefix: '' });
    // The receiver is no bucket: its response lacks the checksum.
    await eventually('it is tried', async () => {
      const found = (await listOf(id)).find((one) => one.id === delivery);
      return (found?.attempts.length ?? 0) > 1 ? found : null;
    });
    expect(JSON.stringify(await listOf(id))).not.toContain(secretAccessKey);
  });

  test('takes ten deliveries of a query', async () => {
    const target = { kind: 'webhook', url: receiver.url };
    const one = await completed();
    for (let count = 0; count < 10; count += 1) await deliver(one, target);
    expect((await post(one, target)).status).toBe(409);
  });

  test('refuses mail without a mail server, and links without a URL that leads to it', async () => {
    const url = await system.startApi({
      HOURGLASS_SMTP_URL: '',
      HOURGLASS_SMTP_FROM: '',
      HOURGLASS_PUBLIC_URL: '',
      HOURGLASS_PORT: '0',
    });
    const path = system.client.environmentUrl.replace(system.url, url);
    const refusal = async (body: object) => {
      const response = await fetch(`${path}/queries/${id}/deliveries`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [response.status, errorBody.parse(await response.json()).faults?.[0]?.message];
    };
    expect(await refusal({ kind: 'email', to: ['a@b.example'] })).toEqual([
      400,
      expect.stringContaining('HOURGLASS_SMTP_URL'),
    ]);
    expect(await refusal({ kind: 'slack', url: receiver.url })).toEqual([
      400,
      expect.stringContaining('HOURGLASS_PUBLIC_URL'),
    ]);
  });
});

test('hourglass deliveries makes a delivery from a file and lists those of a query', async () => {
  const place = ['--org', system.organization, '--env', 'prod'];
  const id = await completed();
  const target = { kind: 'webhook', url: `${receiver.url}?token=t0p` };
  const made = await runCommand(system, ['deliveries', 'create', id, '-', ...place], {
    input: JSON.stringify(target),
  });
  expect([made.code, made.messages]).toEqual([0, '']);
  await ended(id, made.output);
  const { host } = new URL(receiver.url);
  expect((await runCommand(system, ['deliveries', 'list', id, ...place])).output).toBe(
    `${made.output}\twebhook\t${host}\tdelivered\t`.trimEnd(),
  );
  const wrong = await runCommand(system, ['deliveries', 'create', id, '-', ...place], {
    input: '{"kind":"fax"}',
  });
  expect([wrong.code, wrong.messages]).toEqual([1, expect.stringContaining('kind')]);
});
