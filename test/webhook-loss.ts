import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookEndpointWithSecret } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  startSystem,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';

export interface LossFigures {
  readonly lost: number;
  /** Deliveries beyond one for each event. */
  readonly surplus: number;
  readonly undelivered: number;
  readonly requests: number;
  readonly kills: number;
  readonly seconds: number;
}

/**
 * Ends `events` queries at once and delivers that to a receiver which fails `failingShare` of its requests: by a status,
 * by closing the connection, and by closing it after it has taken the message. Meanwhile the only worker is killed
 * `kills` times. Time passes by itself for back-off, and for the leases of a killed worker.
 */
export async function measureLoss({
  events,
  kills,
  failingShare,
}: {
  readonly events: number;
  readonly kills: number;
  readonly failingShare: number;
}): Promise<LossFigures> {
  const receiver = await startFailingReceiver(failingShare);
  const system = await startSystem({ worker: false, env });
  const database = await connectDatabase(system.databaseUrl);
  const beganMs = performance.now();
  try {
    await createEndpoint(system, receiver.url);
    await endQueries(system, database, events);
    let worker = system.startWorker();
    for (let kill = 1; kill <= kills; kill += 1) {
      await receiver.taken(Math.floor((events * kill) / (kills + 1)));
      worker.kill('SIGKILL');
      await worker.exited;
      await database.sql("update deliveries set due_at = now() where state = 'sending'");
      worker = system.startWorker();
    }
    await eventually('every delivery ends', () => noneIsActive(database, events), { timeoutMs: 1_800_000 });
    const ended = await database.sql<{ queryId: string; state: string }>(
      'select query_id as "queryId", state from deliveries',
    );
    const queries = await database.sql<{ id: string }>("select id from queries where state = 'cancelled'");
    return {
      lost: queries.filter(({ id }) => !receiver.accepted.has(id)).length,
      surplus: ended.length - new Set(ended.map(({ queryId }) => queryId)).size,
      undelivered: ended.filter(({ state }) => state !== 'delivered').length,
      requests: receiver.requests(),
      kills,
      seconds: Math.round((performance.now() - beganMs) / 1000),
    };
  } finally {
    await database.end();
    await system.stop();
    await receiver.stop();
  }
}

const env = {
  HOURGLASS_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
  HOURGLASS_DELIVERY_HTTP: 'true',
  HOURGLASS_DELIVERY_NETWORKS: '127.0.0.0/8',
  HOURGLASS_DELIVERY_RETRY_SECONDS: '0',
};

async function createEndpoint(system: RunningSystem, url: string): Promise<void> {
  const response = await system.client.request('/webhookEndpoints', {
    method: 'POST',
    body: JSON.stringify({ url }),
  });
  webhookEndpointWithSecret.parse(await response.json());
}

/** Copies one query, and cancels all by one statement. */
async function endQueries(system: RunningSystem, database: DatabaseClient, count: number): Promise<void> {
  const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
  await database.sql(
    `insert into queries
     select (jsonb_populate_record(q, jsonb_build_object('id', gen_random_uuid()))).*
       from queries q, generate_series(2, $2::integer) where q.id = $1`,
    [id, count],
  );
  await database.sql("update queries set state = 'cancelled', updated_at = now()");
}

async function noneIsActive(database: DatabaseClient, events: number): Promise<true | null> {
  const [row] = await database.sql<{ all: number; active: number }>(
    `select count(*)::integer as all, count(*) filter (where ended_at is null)::integer as active from deliveries`,
  );
  return row?.all === events && row.active === 0 ? true : null;
}

async function startFailingReceiver(failingShare: number) {
  /** Ids of queries of which it answered a message with 2xx. */
  const accepted = new Set<string>();
  let requests = 0;
  let waiting: { readonly count: number; readonly reached: () => void } | null = null;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests += 1;
      const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { data: { self: string } };
      const fails = Math.random() < failingShare;
      const way = requests % 3;
      if (fails && way === 0) return void response.writeHead(500).end();
      if (fails && way === 1) return void request.socket.destroy();
      accepted.add(data.self.slice(data.self.lastIndexOf('/') + 1));
      if (waiting !== null && accepted.size >= waiting.count) waiting.reached();
      // It has taken the message, and its response is lost.
      if (fails) return void request.socket.destroy();
      return void response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    accepted,
    requests: () => requests,
    taken: (count: number) =>
      new Promise<void>((reached) => {
        waiting = { count, reached };
        if (accepted.size >= count) reached();
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
