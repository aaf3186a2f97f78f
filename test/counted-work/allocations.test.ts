import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  contractClient,
  repositoryRoot,
  startNode,
  startSystem,
  testToken,
  urlOf,
  type ContractClient,
  type NodeProcess,
  type RunningSystem,
} from '@hourglass/testing';
import { allocations, type AllocatedBytes } from './bounds.ts';
import { facts, query } from './requests.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

function expectAllocated(bytes: number, { atLeast, atMost }: AllocatedBytes): void {
  const message = `${Math.round(bytes).toLocaleString('en')} bytes were allocated`;
  expect(bytes, message).toBeLessThanOrEqual(atMost);
  expect(bytes, message).toBeGreaterThanOrEqual(atLeast);
}

describe('the API allocates as much as is counted', () => {
  let system: RunningSystem;
  let api: NodeProcess;
  let client: ContractClient;
  let readings = 0;
  beforeAll(async () => {
    system = await startSystem({ worker: false });
    api = system.startApiProcess({
      NODE_OPTIONS: `--require=${JSON.stringify(path.join(folder, 'count-allocations.cjs'))}`,
    });
    client = contractClient({
      environmentUrl: `${await urlOf(api)}/v1/organizations/acme/environments/prod`,
      authorization: `Bearer ${testToken}`,
    });
  });
  afterAll(() => system.stop());

  /** The bytes that the API has allocated since its start. */
  async function allocatedBytes(): Promise<number> {
    readings += 1;
    const wanted = `{"reading":${readings},`;
    api.kill('SIGUSR2');
    return api.lineWith((line) =>
      line.startsWith(wanted) ? (JSON.parse(line) as { allocatedBytes: number }).allocatedBytes : null,
    );
  }

  /** Returns the bytes for one of `times` requests, after some that make the API compile its code. */
  async function perRequest(times: number, send: () => Promise<unknown>): Promise<number> {
    for (let warmUp = 0; warmUp < times / 2; warmUp += 1) await send();
    const before = await allocatedBytes();
    for (let sent = 0; sent < times; sent += 1) await send();
    return ((await allocatedBytes()) - before) / times;
  }

  test('for a poll', async () => {
    const id = await client.submit(query);
    expectAllocated(await perRequest(200, () => client.status(id)), allocations['API: a poll']);
  });

  test('for a batch of 1,000 facts', async () => {
    const bytes = await perRequest(10, () => client.sendFacts(facts));
    expectAllocated(bytes, allocations['API: a batch of 1,000 facts']);
  });
});

test('packing 100,000 rows into an archive makes no JavaScript values of rows', async () => {
  const program = startNode(path.join(folder, 'write-archives.mjs'), {
    args: ['100000'],
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: repositoryRoot,
  });
  const { code } = await program.exited;
  expect(code, program.output()).toBe(0);
  const { allocatedBytes } = JSON.parse(program.output()) as { allocatedBytes: number };
  expectAllocated(allocatedBytes, allocations['worker: an archive of 100,000 rows']);
});
