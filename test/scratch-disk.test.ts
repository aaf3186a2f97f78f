import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import { isSmallDiskMissing, mountSmallDisk, startSystem, type RunningSystem } from '@hourglass/testing';

const missing = isSmallDiskMissing();

const day = Date.UTC(2026, 0, 5);
/** More bytes than the small file system of the tests has. */
const manyFacts = 4_000;
const batchOf = (facts: number) =>
  Array.from({ length: facts }, (_, at) => `{"timestamp":${day + at},"apiproxy":"proxy-${at}"}\n`).join('');

describe('the scratch disk of the API', () => {
  let system: RunningSystem;
  let scratch: string;
  beforeAll(async () => {
    system = await startSystem({ worker: false, env: { HOURGLASS_BULK_BATCH_ROWS: '5000' } });
    scratch = path.join(system.dataDirectory, 'scratch');
    expect((await post(manyFacts)).status).toBe(201);
  });
  afterAll(() => system.stop());

  const request = (resource: string, options: RequestInit = {}) =>
    fetch(`${system.url}/v1/organizations/acme/environments/prod${resource}`, {
      ...options,
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/x-ndjson' },
    });
  const range = 'timeRange=01/05/2026 00:00~01/06/2026 00:00';
  const statistics = () => request(`/stats/apiproxy?select=sum(message_count)&limit=5&${range}`);
  const post = (facts: number) => request('/facts/api', { method: 'POST', body: batchOf(facts) });

  async function expectScratchOutage(response: Response): Promise<void> {
    const body = errorBody.parse(await response.json());
    expect([response.status, body.code]).toEqual([503, 'service.unavailable']);
    expect(body.message).toContain('scratch disk');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  /** Runs `work` while a file is where the folder was: unlike permissions, this affects root too. */
  async function withoutFolder(folder: string, work: () => Promise<void>): Promise<void> {
    const aside = `${folder}.aside`;
    await statistics();
    await rename(folder, aside);
    await writeFile(folder, '');
    try {
      await work();
    } finally {
      await rm(folder);
      await rename(aside, folder);
    }
  }

  test('broken: statistics are 503 with the service named, and work again afterwards', async () => {
    await withoutFolder(scratch, async () => {
      await expectScratchOutage(await statistics());
      await expectScratchOutage(await request(`/optimizedStats/apiproxy?select=sum(message_count)&${range}`));
    });
    expect((await statistics()).status).toBe(200);
  });

  test('broken: small batches are stored, and large ones are 503', async () => {
    await withoutFolder(scratch, async () => {
      expect((await post(3)).status).toBe(201);
      await expectScratchOutage(await post(6_000));
    });
    expect((await post(6_000)).status).toBe(201);
  });

  test.skipIf(missing)('full: statistics are 503, and work again once there is space', async () => {
    const disk = await mountSmallDisk(path.join(scratch, 'stats'), { kibibytes: 64 });
    try {
      await expectScratchOutage(await statistics());
    } finally {
      await disk.unmount();
    }
    expect((await statistics()).status).toBe(200);
  });

  test.skipIf(missing)('full: small batches are stored, and large ones are 503', async () => {
    const disk = await mountSmallDisk(path.join(scratch, 'batches'), { kibibytes: 64 });
    try {
      expect((await post(3)).status).toBe(201);
      await expectScratchOutage(await post(6_000));
    } finally {
      await disk.unmount();
    }
    expect((await post(6_000)).status).toBe(201);
  });
});
