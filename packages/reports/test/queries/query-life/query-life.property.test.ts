import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { suiteSize, testEvent } from '@hourglass/testing';
import { archiveKeyOf } from '../../../src/results/archive-key.ts';
import { reconcile } from '../../../src/queries/reconcile.ts';
import {
  runSmallQueries,
  runWaitingQueries,
  watchWaiting,
} from '../../../src/queries/run-waiting-queries.ts';
import { expireResults } from '../../../src/results/expire-results.ts';
import { sweepArchives } from '../../../src/results/sweep-archives.ts';
import { organizations } from './memory-queries.ts';
import { planOf, terms, World, type SimulatedProcess } from './world.ts';

const interleavings =
  process.env['TEST_SUITE'] === 'faults' ? 20_000 : suiteSize({ short: 200, full: 2_000 });
const stepsEach = 200;
const realImmediate = setImmediate;

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterAll(() => {
  vi.useRealTimers();
});

/** Lets everything run that waits neither for a call nor for time. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    realImmediate(resolve);
  });
}

/** Simulates workers, services, faults and time in an order determined by `seed`. */
class Simulation {
  private readonly world = new World(() => performance.now());
  private readonly workers: SimulatedProcess[] = [];
  private state: number;
  private submitted = 0;

  constructor(seed: number) {
    this.state = seed >>> 0;
    this.startWorker();
    this.startWorker();
  }

  async run(): Promise<void> {
    for (let step = 0; step < stepsEach; step += 1) {
      this.act();
      await settled();
      this.check();
    }
    await this.calm();
  }

  /** Number of runs that gave way to another one. */
  get pauses(): number {
    return this.world.pauses;
  }

  get history(): readonly string[] {
    return this.world.history;
  }

  private act(): void {
    const { world } = this;
    const dice = this.random(100);
    if (dice < 80) this.stepSomeCall(true);
    else if (dice < 83) this.submit();
    else if (dice < 87) this.passTime(this.random(20_000));
    else if (dice < 89) this.wakeSome();
    else if (dice < 90) this.someWorker((worker) => this.watchWaiting(worker));
    else if (dice < 91) this.someWorker((worker) => this.runSmall(worker));
    else if (dice < 93) this.someWorker((worker) => this.reconcile(worker));
    else if (dice < 94) this.cancelSome();
    else if (dice < 95) this.crashSome();
    else if (dice < 96) this.shutDownSome();
    else if (dice < 97) world.wakeUps = 0;
    else if (dice < 98) this.someWorker((worker) => this.expire(worker));
    else this.someWorker((worker) => this.sweep(worker));
  }

  /** Runs without faults until every query has ended, and checks that nothing is left over. */
  private async calm(): Promise<void> {
    const { world } = this;
    while (this.workers.length < 1) this.startWorker();
    for (let round = 0; round < 400; round += 1) {
      const [worker] = this.workers;
      if (worker === undefined) throw new Error('no worker');
      this.reconcile(worker);
      this.handleWakeUp(worker);
      for (let step = 0; step < 60 && world.open.length > 0; step += 1) {
        this.stepSomeCall(false);
        await settled();
        this.check();
      }
      this.passTime(5_000);
      await settled();
      if ([...world.queries.rows.values()].every((row) => !world.queries.isActive(row))) break;
    }
    const active = [...world.queries.rows.values()].filter((row) => world.queries.isActive(row));
    expect(active, 'queries that never end').toEqual([]);
    await this.finishCalls();
    for (const worker of this.workers) this.sweep(worker);
    await this.finishCalls();
    const results = [...world.queries.rows.values()]
      .filter(({ state }) => state === 'completed')
      .map(({ result }) => result?.archiveKey ?? '');
    expect([...world.objects.keys()].toSorted(), 'objects').toEqual(results.toSorted());
    for (const worker of this.workers) expect([...worker.folders], 'folders').toEqual([]);
  }

  private async finishCalls(): Promise<void> {
    for (let step = 0; step < 2_000 && this.world.open.length > 0; step += 1) {
      this.stepSomeCall(false);
      await settled();
    }
  }

  /** Checks the invariants. The memory store itself checks the transitions of states. */
  private check(): void {
    const { objects, queries } = this.world;
    const accepted = queries.rows.size;
    if (accepted !== this.submitted) throw new Error(`${accepted} of ${this.submitted} queries are stored`);
    for (const [id, { submission, state, attempt, published, result }] of queries.rows) {
      if (published > 1) throw new Error(`${id} was published ${published} times`);
      if (state !== 'completed') continue;
      const key = archiveKeyOf({ id, attempt, plan: submission.plan });
      if (result?.archiveKey !== key) throw new Error(`${id} names ${result?.archiveKey}`);
      if (objects.get(key) !== `${id}-${attempt} of ${id}`)
        throw new Error(`the archive ${key} is not there`);
    }
    for (const { name, folders, computing } of this.workers)
      for (const folder of computing)
        if (!folders.has(folder)) throw new Error(`the engine of ${name} works in ${folder}, which is gone`);
  }

  private startWorker(): void {
    this.workers.push(this.world.start(`worker ${this.world.processes.length + 1}`));
  }

  private handleWakeUp(worker: SimulatedProcess): void {
    const ports = this.world.runPorts(worker);
    runWaitingQueries(ports, { terms, slots: worker.slots }, worker.shutdown.signal).catch(() => {});
  }

  private watchWaiting(worker: SimulatedProcess): void {
    watchWaiting(this.world.runPorts(worker), { terms, slots: worker.slots }).catch(() => {});
  }

  private runSmall(worker: SimulatedProcess): void {
    const small = { terms, slots: worker.slots, maxFacts: 1 };
    runSmallQueries(this.world.runPorts(worker), small, worker.shutdown.signal).catch(() => {});
  }

  private wakeSome(): void {
    this.someWorker((worker) => {
      this.world.wakeUps = Math.max(0, this.world.wakeUps - 1);
      this.handleWakeUp(worker);
    });
  }

  private reconcile(worker: SimulatedProcess): void {
    const ports = { queries: this.world.queryStore(worker), doorbell: this.world.doorbell(worker) };
    reconcile(ports, { terms, maxWakeUps: 100 }).catch(() => {});
  }

  private expire(worker: SimulatedProcess): void {
    const ports = { queries: this.world.queryStore(worker), objects: this.world.objectStore(worker) };
    expireResults(ports, 100).catch(() => {});
  }

  private sweep(worker: SimulatedProcess): void {
    const ports = { queries: this.world.queryStore(worker), objects: this.world.objectStore(worker) };
    sweepArchives(ports).catch(() => {});
  }

  private submit(): void {
    const number = this.submitted + 1;
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    const idempotencyKey = { key: `key ${number}`, requestSha256: new Uint8Array() };
    const { queries } = this.world;
    const plan = planOf(organizations[this.random(organizations.length)] ?? '');
    const accepted = queries.submit({ id, plan, submittedBy: '', idempotencyKey, audit: testEvent });
    // The response was lost, so the client repeats the request.
    if (this.random(3) === 0)
      expect(queries.submit({ id: `${id}x`, plan, submittedBy: '', idempotencyKey, audit: testEvent })).toBe(
        accepted,
      );
    this.submitted += 1;
    if (this.random(2) === 0) this.world.wakeUps += 1;
  }

  private cancelSome(): void {
    const { queries } = this.world;
    const ids = [...queries.rows.keys()];
    const id = ids[this.random(ids.length)];
    if (id === undefined || !queries.cancel(id)) return;
    // A signal may be lost.
    for (const worker of this.workers) if (this.random(2) === 0) worker.cancellations.abort(id);
  }

  private crashSome(): void {
    const worker = this.workers.splice(this.random(this.workers.length), 1)[0];
    if (worker !== undefined) worker.isDead = true;
    this.startWorker();
  }

  private shutDownSome(): void {
    this.someWorker((worker) => {
      worker.shutdown.abort(new Error('the worker is closing'));
      this.workers.splice(this.workers.indexOf(worker), 1);
      this.startWorker();
    });
  }

  private someWorker(act: (worker: SimulatedProcess) => void): void {
    const worker = this.workers[this.random(this.workers.length)];
    if (worker !== undefined) act(worker);
  }

  private stepSomeCall(withFaults: boolean): void {
    const { open } = this.world;
    const call = open[this.random(open.length)];
    if (call === undefined) return;
    const dice = withFaults ? this.random(12) : 2;
    this.world.step(call, dice === 0 ? 'refused' : dice === 1 ? 'response lost' : 'success');
  }

  private passTime(ms: number): void {
    this.world.history.push(`${ms} ms pass`);
    vi.advanceTimersByTime(ms);
  }

  /** Returns an integer from 0 to `below` - 1. */
  private random(below: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return below === 0 ? 0 : Math.floor((this.state / 2 ** 32) * below);
  }
}

test(`no query is lost, doubled or stuck in ${interleavings} random orders of submissions, claims, crashes, lost leases, cancellations, expiries and reconciliations`, async () => {
  const first = process.env['SEED'];
  const seed = Number(first ?? randomInt(2 ** 31));
  console.log(`seed ${seed}; SEED=${seed} starts with the same orders; each order adds one to the seed`);
  let pauses = 0;
  for (let order = 0; order < interleavings; order += 1) {
    const simulation = new Simulation(seed + order);
    try {
      await simulation.run();
      pauses += simulation.pauses;
    } catch (error) {
      const last = simulation.history.slice(-60).join('\n');
      throw new Error(`SEED=${seed + order} repeats it; last calls:\n${last}`, { cause: error });
    }
    vi.clearAllTimers();
  }
  expect(pauses).toBeGreaterThan(0);
  process.stdout.write(
    `figure: model of a query's life: interleavings ${interleavings}, pauses ${pauses}, violations 0\n`,
  );
}, 3_600_000);
