import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  connectDatabase,
  eventually,
  startSystem,
  urlOf,
  type DatabaseClient,
  type NodeProcess,
  type RunningSystem,
} from '@hourglass/testing';
import { openEvents, type ReceivedEvent } from './event-stream-client.ts';

let system: RunningSystem;
let database: DatabaseClient;

beforeAll(async () => {
  system = await startSystem({ worker: false });
  database = await connectDatabase(system.databaseUrl);
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

const environment = '/v1/organizations/acme/environments/prod';
const writers = 4;
const readers = 6;
const kills = 4;

interface Api {
  process: NodeProcess;
  url: string;
}

async function startApi(): Promise<Api> {
  const process = system.startApiProcess();
  return { process, url: await urlOf(process) };
}

/** Changes queries in transactions of random length that overlap with those of the other writers. */
async function write(
  ids: readonly string[],
  { random, stop }: { readonly random: () => number; readonly stop: AbortSignal },
): Promise<void> {
  const client = await connectDatabase(system.databaseUrl);
  try {
    while (!stop.aborted) {
      const id = ids[Math.floor(random() * ids.length)] ?? '';
      await client.sql('begin');
      await client.sql('update queries set rows_scanned = coalesce(rows_scanned, 0) + 1 where id = $1', [id]);
      await client.sql(`select pg_sleep($1)`, [random() * 0.02]);
      await client.sql(random() < 0.1 ? 'rollback' : 'commit');
    }
  } finally {
    await client.end();
  }
}

interface Reader {
  readonly received: readonly ReceivedEvent[];
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** Streams through random API processes, and reconnects when the stream breaks or at a random event. */
function read(apis: readonly Api[], random: () => number): Reader {
  const received: ReceivedEvent[] = [];
  const stopping = new AbortController();
  let connections = 0;
  let close = () => undefined as void;
  const ended = (async () => {
    for (let lastEventId: string | null = '0'; !stopping.signal.aborted;) {
      const api = apis[Math.floor(random() * apis.length)];
      const leaveAfter = Math.ceil(random() * 60);
      let eventsOfStream = 0;
      try {
        const stream = await openEvents(`${api?.url}${environment}/queries/events`, {
          token: system.token,
          lastEventId,
          onEvent(event) {
            // A client that left has received nothing after that.
            if (eventsOfStream >= leaveAfter) return;
            eventsOfStream += 1;
            received.push(event);
            lastEventId = event.id;
            if (eventsOfStream === leaveAfter) close();
          },
        });
        connections += 1;
        close = () => stream.close();
        if (stopping.signal.aborted) close();
        await stream.ended;
      } catch {
        // The process is being killed; another one may answer.
      }
    }
  })();
  return {
    received,
    connections: () => connections,
    async stop() {
      stopping.abort();
      close();
      await ended;
    },
  };
}

test('no event is lost or doubled when API processes are killed and clients reconnect anywhere', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`seed ${seed}`);
  const random = randomFrom(seed);
  const apis = [await startApi(), await startApi()];
  const ids = await Promise.all(
    Array.from({ length: 5 }, () =>
      system.client.submit({
        metrics: [{ name: 'message_count', function: 'sum' }],
        timeRange: 'last24hours',
      }),
    ),
  );
  const clients = Array.from({ length: readers }, () => read(apis, random));
  const stopping = new AbortController();
  const writing = Promise.all(
    Array.from({ length: writers }, () => write(ids, { random, stop: stopping.signal })),
  );
  for (let kill = 0; kill < kills; kill += 1) {
    const seen = clients[0]?.received.length ?? 0;
    const awaited = seen + random() * 50;
    await eventually('some more events', () => ((clients[0]?.received.length ?? 0) > awaited ? true : null));
    const victim = apis[kill % apis.length];
    victim?.process.kill('SIGKILL');
    await victim?.process.exited;
    Object.assign(victim ?? {}, await startApi());
  }
  stopping.abort();
  await writing;
  const logged = await database.sql<{ id: string }>(
    `select v.id::text as id from query_events v join environments e on e.id = v.environment_id
      where e.name = 'prod' order by v.id`,
  );
  const expected = logged.map(({ id }) => id);
  for (const client of clients) {
    await eventually('the newest event', () =>
      client.received.at(-1)?.id === expected.at(-1) ? true : null,
    );
    await client.stop();
    expect(client.received.map(({ id }) => id)).toEqual(expected);
  }
  const connections = clients.reduce((sum, client) => sum + client.connections(), 0);
  console.info(`${expected.length} events, ${connections} connections, ${kills} kills: 0 lost, 0 doubled`);
  expect(connections).toBeGreaterThan(readers * 2);
});

/** A sequence of numbers from 0 to 1, exclusive, that the seed repeats. */
function randomFrom(seed: number): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash('sha256').update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
}
