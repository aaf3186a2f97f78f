import { setTimeout as delay } from 'node:timers/promises';
import { readArchive, type ContractClient } from '@hourglass/testing';
import type { Question } from './soak-facts.ts';

export const lanes = ['report', 'statistics', 'batch', 'poll', 'download'] as const;
type Lane = (typeof lanes)[number];

export interface LoadTarget {
  readonly client: ContractClient;
  readonly ask: () => Question;
  readonly sendBatch: () => Promise<void>;
}

export interface Load {
  /** Returns the durations since the last call, in milliseconds, and forgets them. */
  takeDurations(): Readonly<Record<Lane, readonly number[]>>;
  /** Answers so far. */
  readonly answers: Readonly<Record<Lane, number>>;
  /** Wrong answers and unexpected responses so far. */
  readonly wrong: readonly string[];
  stop(): Promise<void>;
}

const reportLanes = 4;
const statisticsLanes = 2;
const batchEveryMs = 200;
const pollEveryMs = 100;
const downloadEveryMs = 200;
const maxKnownArchives = 50;

/** Puts every kind of load on the API at the same time, until it is stopped. */
export function startLoad(target: LoadTarget): Load {
  const stopped = new AbortController();
  const wrong: string[] = [];
  const archives: { readonly id: string; readonly archive: Buffer }[] = [];
  const answers = { report: 0, statistics: 0, batch: 0, poll: 0, download: 0 };
  let durations = noDurations();

  async function repeat(lane: Lane, everyMs: number, work: () => Promise<string | null>): Promise<void> {
    while (!stopped.signal.aborted) {
      const beganMs = performance.now();
      try {
        const fault = await work();
        if (fault !== null) wrong.push(`${lane}: ${fault}`);
      } catch (error) {
        wrong.push(`${lane}: ${error instanceof Error ? error.message : String(error)}`);
      }
      const tookMs = performance.now() - beganMs;
      durations[lane].push(tookMs);
      answers[lane] += 1;
      await delay(Math.max(0, everyMs - tookMs), null, { signal: stopped.signal }).catch(() => null);
    }
  }

  const { client, ask, sendBatch } = target;
  const running = [
    ...Array.from({ length: reportLanes }, () =>
      repeat('report', 0, async () => {
        const question = ask();
        const id = await client.submit(reportOf(question));
        const { state } = await client.ended(id);
        if (state !== 'completed') return `query ${id} is ${state}`;
        const archive = await client.archive(id);
        archives.push({ id, archive });
        if (archives.length > maxKnownArchives) archives.shift();
        return question.check(await callsInArchive(archive));
      }),
    ),
    ...Array.from({ length: statisticsLanes }, () =>
      repeat('statistics', 0, async () => {
        const question = ask();
        return question.check(await callsInStatistics(client, question));
      }),
    ),
    repeat('batch', batchEveryMs, async () => {
      await sendBatch();
      return null;
    }),
    repeat('poll', pollEveryMs, () => poll(client, archives.at(-1)?.id)),
    repeat('download', downloadEveryMs, () => download(client, archives[0])),
  ];
  return {
    answers,
    wrong,
    takeDurations() {
      const taken = durations;
      durations = noDurations();
      return taken;
    },
    async stop() {
      stopped.abort();
      await Promise.all(running);
    },
  };
}

function noDurations(): Record<Lane, number[]> {
  return { report: [], statistics: [], batch: [], poll: [], download: [] };
}

const isoTime = (ms: number) => new Date(ms).toISOString();

function reportOf({ startMs, endExclusiveMs }: Question): object {
  return {
    metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
    dimensions: ['apiproxy'],
    timeRange: { start: isoTime(startMs), end: isoTime(endExclusiveMs) },
  };
}

async function callsInArchive(archive: Buffer): Promise<ReadonlyMap<string, number>> {
  const lines = (await readArchive(archive)).flatMap(({ text }) => text.split('\n'));
  const rows = lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { apiproxy: string; calls: string });
  return new Map(rows.map(({ apiproxy, calls }) => [apiproxy, Number(calls)]));
}

/** `MM/DD/YYYY HH:MM` */
function statisticsTime(ms: number): string {
  const [year, month, rest] = isoTime(ms).split('-');
  return `${month}/${rest?.slice(0, 2)}/${year} ${rest?.slice(3, 8)}`;
}

interface StatisticsAnswer {
  readonly environments: readonly {
    readonly dimensions?: readonly {
      readonly name: string;
      readonly metrics: readonly { readonly values: readonly string[] }[];
    }[];
  }[];
}

async function callsInStatistics(
  client: ContractClient,
  { startMs, endExclusiveMs }: Question,
): Promise<ReadonlyMap<string, number>> {
  const timeRange = `${statisticsTime(startMs)}~${statisticsTime(endExclusiveMs)}`;
  const parameters = new URLSearchParams({ select: 'sum(message_count)', timeRange });
  const response = await client.request(`/stats/apiproxy?${parameters.toString()}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  const { environments } = JSON.parse(text) as StatisticsAnswer;
  const groups = environments.flatMap(({ dimensions = [] }) => dimensions);
  return new Map(groups.map(({ name, metrics }) => [name, Number(metrics[0]?.values[0])]));
}

async function poll(client: ContractClient, id: string | undefined): Promise<string | null> {
  const response = await client.request('/queries?pageSize=20');
  await response.arrayBuffer();
  if (response.status !== 200) return `the list of queries is ${response.status}`;
  if (id === undefined) return null;
  const { state } = await client.status(id);
  return state === 'completed' ? null : `query ${id} is ${state} after it was completed`;
}

/** Downloads an archive again, the second half first. */
async function download(
  client: ContractClient,
  known: { readonly id: string; readonly archive: Buffer } | undefined,
): Promise<string | null> {
  if (known === undefined) return null;
  const { id, archive } = known;
  const middle = Math.floor(archive.length / 2);
  const ranges = [`bytes=${middle}-`, `bytes=0-${middle - 1}`];
  const [end, beginning] = await Promise.all(
    ranges.map(async (range) => {
      const response = await client.request(`/queries/${id}/result`, { headers: { Range: range } });
      return Buffer.from(await response.arrayBuffer());
    }),
  );
  const again = Buffer.concat([beginning ?? Buffer.alloc(0), end ?? Buffer.alloc(0)]);
  return again.equals(archive) ? null : `the archive of query ${id} has changed`;
}
