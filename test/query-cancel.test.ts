import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, queryStatus } from '@hourglass/contract';
import { attemptPhases } from '@hourglass/reports';
import {
  eventually,
  processorMsOf,
  sharedSystem,
  type NodeProcess,
  type TestSystem,
} from '@hourglass/testing';
import { runCli } from './run-cli.ts';

const day = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
/**
 * Processor time, which unlike a duration is the same on a busy machine: 40 to 880 ms were measured, and 6,500 or more
 * for the whole report.
 */
const stoppedWithinMs = 2_000;
/** One row per fact, with long column names, makes each phase longer than the second after which progress is stored. */
const longQuery = {
  metrics: Array.from('abcdefgh', (letter) => ({
    name: 'total_response_time',
    function: 'max',
    alias: letter.repeat(128),
  })),
  dimensions: ['gateway_flow_id'],
  timeRange: day,
};

describe('cancelling a query', () => {
  let system: TestSystem;
  let worker: NodeProcess;
  beforeAll(async () => {
    system = await sharedSystem('api');
    const startMs = Date.parse(day.start);
    const lines = Array.from(
      { length: 400_000 },
      (_, i) => `{"timestamp":${startMs + i * 100},"gateway_flow_id":"flow-${i}"}`,
    );
    const response = await system.client.request('/facts/api', { method: 'POST', body: lines.join('\n') });
    expect(response.status).toBe(201);
  });
  afterAll(() => system.stop());

  const cancel = (id: string) => system.client.request(`/queries/${id}:cancel`, { method: 'POST' });
  const remove = (id: string) => system.client.request(`/queries/${id}`, { method: 'DELETE' });
  const stateIn = async (response: Response) => {
    expect(response.status).toBe(200);
    return queryStatus.parse(await response.json()).state;
  };

  test('that is enqueued ends it before any worker begins it, and may be repeated', async () => {
    const posted = await system.client.submit(longQuery);
    const deleted = await system.client.submit(longQuery);
    expect(await stateIn(await cancel(posted))).toBe('cancelled');
    expect(await stateIn(await remove(deleted))).toBe('cancelled');
    expect(await stateIn(await remove(posted))).toBe('cancelled');
    expect(await stateIn(await cancel(deleted))).toBe('cancelled');
    worker = system.startWorker();
    await system.client.report({ ...longQuery, timeRange: 'last60minutes' });
    expect(worker.output()).not.toContain(posted);
    expect(worker.output()).not.toContain(deleted);
    expect((await system.client.status(posted)).state).toBe('cancelled');
  });

  // Copying facts, aggregating and writing are different loops, and each has to stop. An attempt that missed the
  // notification would report a lost lease instead.
  test.each(attemptPhases.slice(0, 3))(
    'that is %s ends its attempt at once, by the notification',
    async (asked) => {
      const id = await system.client.submit(longQuery);
      await system.client.reaches(id, `is ${asked}`, ({ state, phase }) => {
        const reached = attemptPhases.findIndex((name) => name === phase);
        return state === 'running' && reached >= attemptPhases.indexOf(asked);
      });
      const usedBeforeMs = processorMsOf(worker.pid);
      expect(await stateIn(await cancel(id))).toBe('cancelled');
      await worker.lineWith((line) =>
        line.includes(id) && line.includes('stopped: the query was cancelled') ? true : null,
      );
      expect(processorMsOf(worker.pid) - usedBeforeMs).toBeLessThan(stoppedWithinMs);
      await eventually('the scratch folder is gone', () =>
        existsSync(path.join(system.dataDirectory, 'scratch', `${id}-1`)) ? null : true,
      );
      expect(await system.client.status(id)).not.toHaveProperty('result');
      const result = await system.client.request(`/queries/${id}/result`);
      expect([result.status, errorBody.parse(await result.json()).message]).toEqual([
        404,
        expect.stringContaining('cancelled'),
      ]);
    },
  );

  test('that has ended is a 409 with its state', async () => {
    const id = await system.client.submit({ ...longQuery, timeRange: 'last60minutes' });
    await system.client.ended(id);
    for (const response of [await cancel(id), await remove(id)]) {
      expect(response.status).toBe(409);
      const body = errorBody.parse(await response.json());
      expect(body).toMatchObject({ code: 'query.ended', message: expect.stringContaining('completed') });
    }
    expect((await system.client.status(id)).state).toBe('completed');
  });

  test('that does not exist is a 404, and other methods at both paths are a 405 with the supported ones', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect([(await cancel(unknown)).status, (await remove(unknown)).status]).toEqual([404, 404]);
    const wrong = await system.client.request(`/queries/${unknown}:cancel`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    const put = await system.client.request(`/queries/${unknown}`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD']);
  });

  test('works from the command line', async () => {
    const id = await system.client.submit(longQuery);
    const place = ['--org', system.organization, '--env', 'prod'];
    expect(await runCli(system, 'cancel', ...place, id)).toEqual({ code: 0, output: 'cancelled' });
    const over = await runCli(system, 'cancel', ...place, '--json', '00000000-0000-4000-8000-000000000000');
    expect([over.code, JSON.parse(over.output)]).toEqual([
      1,
      expect.objectContaining({ code: 'query.not_found' }),
    ]);
  });
});
