import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { commands, openRemovalWorld, type RemovalWorld } from './removed-facts.ts';

let world: RemovalWorld;
beforeAll(async () => {
  world = await openRemovalWorld();
}, 300_000);
afterAll(() => world.close());

test('reports never have a deleted or expired fact and lack no other, whatever moves meanwhile', async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(commands, (list) => world.run(list)),
    { numRuns: suiteSize({ short: 2, full: 30 }), endOnFailure: true },
  );
}, 900_000);
