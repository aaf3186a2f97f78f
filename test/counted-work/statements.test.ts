import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  contractClient,
  eventually,
  startStatementCounter,
  startSystem,
  testToken,
  type ContractClient,
  type RunningSystem,
  type SentTransaction,
  type StatementCounter,
} from '@hourglass/testing';
import { databaseWork } from './bounds.ts';
import { BackgroundWork, listed, workOf } from './database-work.ts';
import { facts, query } from './requests.ts';

/** A wake-up that the reconciler repeats lets the worker ask once more. The run with the least work counts. */
const runs = 3;

let system: RunningSystem;
/** Proxies before PostgreSQL, one for each process, so that no statement is of unknown origin. */
let apiCounter: StatementCounter;
let workerCounter: StatementCounter;
let workerBackground: BackgroundWork;
let client: ContractClient;

beforeAll(async () => {
  // Its own API is the one that the tests ask without being counted.
  system = await startSystem({ worker: false });
  [apiCounter, workerCounter] = await Promise.all([
    startStatementCounter(system.databaseUrl),
    startStatementCounter(system.databaseUrl),
  ]);
  const url = await system.startApi({ DATABASE_URL: apiCounter.url });
  const worker = system.startWorker({ DATABASE_URL: workerCounter.url });
  await worker.lineWith((line) => (line.includes('"ready"') ? line : null));
  await rounds(workerCounter, 2);
  workerBackground = new BackgroundWork(workerCounter.transactions());
  client = contractClient({
    environmentUrl: `${url}/v1/organizations/acme/environments/prod`,
    authorization: `Bearer ${testToken}`,
  });
  await client.sendFacts(facts);
  // The first report reads the key that signs archives.
  await completed();
});
afterAll(async () => {
  await system.stop();
  apiCounter.close();
  workerCounter.close();
});

/**
 * A new connection asks for its role. Once a minute, behind the requests, the API writes times of last use. Batches share
 * a count of hot facts that is at most a tenth of a second old.
 */
function isUnasked({ statements }: SentTransaction): boolean {
  return statements.some(
    (text) =>
      text.startsWith('select current_user') ||
      text.includes('last_used_at = now()') ||
      text === 'select coalesce(sum(accepted - deleted), 0) as facts from batches where hot',
  );
}

/** Waits until the worker has looked for deliveries `more` times, twice a second. Its other jobs run at its start. */
async function rounds(counter: StatementCounter, more: number): Promise<void> {
  const ran = () => counter.transactions().filter(isDeliveryJob).length;
  const before = ran();
  await eventually('periodic jobs run', () => (ran() >= before + more ? true : null));
}

function isDeliveryJob({ statements }: SentTransaction): boolean {
  return statements.length === 1 && statements[0]?.startsWith('select from deliveries ') === true;
}

/** Returns what the API sent for a request. */
async function sentFor<Answer>(request: () => Promise<Answer>) {
  const before = apiCounter.transactions().length;
  const answer = await request();
  const sent = apiCounter.transactions().slice(before);
  return { answer, sent: sent.filter((one) => !isUnasked(one)) };
}

/** For a wake-up, and after each query. */
function looksForQuery({ statements }: SentTransaction): boolean {
  return statements[0]?.includes('has_joined as "hasJoined"') === true;
}

async function completed(): Promise<string> {
  const id = await client.submit(query);
  const { state } = await system.client.ended(id);
  expect(state).toBe('completed');
  return id;
}

function expectWork(sent: readonly SentTransaction[], name: keyof typeof databaseWork): void {
  expect(workOf(sent), `${name}: ${listed(sent)}`).toEqual(databaseWork[name]);
}

describe('the API asks PostgreSQL exactly as often as is counted', () => {
  test('for a batch of facts', async () => {
    expectWork((await sentFor(() => client.sendFacts(facts))).sent, 'API: a batch of 1,000 facts');
  });

  test('for a query, from its submission to the download', async () => {
    const submitted = await sentFor(() => client.submit(query));
    expectWork(submitted.sent, 'API: a submission');
    const id = submitted.answer;
    await system.client.ended(id);
    const poll = await sentFor(() => client.status(id));
    expect(poll.answer.state).toBe('completed');
    expectWork(poll.sent, 'API: a poll');
    expectWork((await sentFor(() => client.archive(id))).sent, 'API: a download');
  });
});

describe('the worker asks PostgreSQL exactly as often as is counted', () => {
  /** Returns what the worker sent for a query, until it looked for the next one. */
  async function sentForReport(): Promise<readonly SentTransaction[]> {
    const before = workerCounter.transactions().length;
    const beganMs = performance.now();
    await completed();
    const seconds = Math.floor((performance.now() - beganMs) / 1_000);
    const sent = () => workerBackground.without(workerCounter.transactions().slice(before));
    const looked = () => sent().filter(looksForQuery).length;
    await eventually('the worker looks for the next query', () => (looked() >= 2 ? true : null));
    await rounds(workerCounter, 2);
    return withoutTimedRenewals(sent(), seconds);
  }

  /** The progress of a run is sent with the lease, after its first second at most twice a second. */
  function withoutTimedRenewals(sent: readonly SentTransaction[], seconds: number) {
    const isRenewal = ({ statements }: SentTransaction) =>
      statements.some((text) => text.startsWith('update queries set lease_expires_at = now()'));
    const renewals = sent.filter(isRenewal);
    const timed = new Set(renewals.slice(0, 2 * seconds));
    return sent.filter((one) => !timed.has(one));
  }

  test('for a report over hot facts', async () => {
    const reports: (readonly SentTransaction[])[] = [];
    for (let run = 0; run < runs; run += 1) reports.push(await sentForReport());
    const [least = []] = reports.toSorted((one, other) => one.length - other.length);
    expectWork(least, 'worker: a report over hot facts');
  });
});
