import { afterEach, expect, test } from 'vitest';
import { printFigure } from '@hourglass/testing';
import { patienceMs } from './fault-run.ts';
import { faultQuery, startFaultSystem, type FaultSystem } from './fault-system.ts';

let system: FaultSystem;
afterEach(() => system.stop());

test(
  'a worker whose event loop hangs past the deadline of its query is killed, and the query fails with the reason',
  async () => {
    system = await startFaultSystem({ env: { HOURGLASS_QUERY_TIMEOUT_SECONDS: '1' } });
    const hanging = system.startWorker({ HOURGLASS_CRASH_POINT: 'hang:query.computing' });
    const id = await system.client.submit(faultQuery);
    const beganMs = performance.now();
    expect((await hanging.exited).signal).toBe('SIGKILL');
    const killedMs = performance.now() - beganMs;
    system.startWorker();
    const status = await system.client.ended(id);
    printFigure('event loop stuck', {
      'killed after the deadline, ms': Math.round(killedMs - 1_000),
      'query ended after it, ms': Math.round(performance.now() - beganMs - 1_000),
    });
    expect(status).toMatchObject({ state: 'failed', error: 'The query did not finish within 1 s' });
    // The watchdog's grace is 10 s; the rest is the time that a worker takes to start.
    expect(killedMs).toBeGreaterThan(10_000);
    expect(killedMs).toBeLessThan(30_000);
  },
  patienceMs,
);
