import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printFigure, suiteSize } from '@hourglass/testing';
import { commands } from './removal-commands.ts';
import { openRemovalWorld, type RemovalWorld } from './removed-facts.ts';

let world: RemovalWorld;
beforeAll(async () => {
  world = await openRemovalWorld();
}, 300_000);
afterAll(() => world.close());

test('reports never have a deleted or expired fact and lack no other, whatever moves meanwhile', async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(commands, (list) => world.run(list)),
    { numRuns: suiteSize({ short: 2, full: 230 }), endOnFailure: true },
  );
  const { reports, prepared, overPartials } = world.counts;
  printFigure('partials of facts that move', { reports, 'over partials': overPartials, prepared, stale: 0 });
}, 3_600_000);

test('the second report computes partials, a worker those of later batches, and reports read both', async () => {
  const before = { ...world.counts };
  const odd = { kind: 'ingest', ages: [10, 20, 30, 200, 300] } as const;
  const sweep = { kind: 'sweep' } as const;
  await world.run([odd, sweep, sweep, odd, { kind: 'prepare' }, sweep]);
  // With those of environments of the test before.
  expect(world.counts.prepared - before.prepared).toBeGreaterThan(0);
  expect(world.counts.overPartials - before.overPartials).toBeGreaterThan(0);
}, 120_000);

test('a deleted batch counts the facts that reports showed until then, hot, sealed and rewritten', async () => {
  expect.hasAssertions();
  const hidden = { kind: 'range', oldest: 21, youngest: 20 } as const;
  const large = { kind: 'ingest', ages: [10, 20, 30, 200, 300, 310] } as const;
  await world.run([
    { kind: 'retention', days: 250 },
    { kind: 'ingest', ages: [10, 20, 200, 300] },
    hidden,
    { kind: 'batch', index: 0 },
    large,
    hidden,
    { kind: 'batch', index: 0 },
    large,
    hidden,
    { kind: 'rewrite', during: null },
    { kind: 'batch', index: 0 },
  ]);
}, 120_000);
