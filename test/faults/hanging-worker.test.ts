import { afterEach, expect, test } from 'vitest';
import { patienceMs, printFigure } from './fault-run.ts';
import { faultQuery, startFaultSystem, type FaultSystem } from './fault-system.ts';

let system: FaultSystem;
afterEach(() => system.stop());

test(
  'a worker whose event loop is stuck past the deadline of its query is killed, and the query fails with the reason',
  async () => {
    system = await startFaultSystem({ env: { HOURGLASS_QUERY_TIMEOUT_SECONDS: '1' } });
    const stuck = system.startWorker({ HOURGLASS_CRASH_POINT: 'hang:query.computing' });
    const id = await system.client.submit(faultQuery);
    const beganMs = performance.now();
    expect((await stuck.exited).signal).toBe('SIGKILL');
    const killedMs = performance.now() - beganMs;
    system.startWorker();
    const status = await system.client.ended(id);
    printFigure('event loop stuck', {
      'killed after the deadline, ms': Math.round(killedMs - 1_000),
      'query ended after it, ms': Math.round(performance.now() - beganMs - 1_000),
    });
    expect(status).toMatchObject({ state: 'failed', error: 'The query did not finish within 1 s' });
    // 10 s after the deadline; the rest is how long a worker takes to start here.
    expect(killedMs).toBeGreaterThan(10_000);
    expect(killedMs).toBeLessThan(30_000);
  },
  patienceMs,
);
