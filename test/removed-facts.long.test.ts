import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands, openRemovalWorld, type RemovalWorld } from './removed-facts.ts';

let world: RemovalWorld;
beforeAll(async () => {
  world = await openRemovalWorld();
});
afterAll(() => world.close());

test('many sequences of ingest, seal, merge and deletion leave exactly the facts of the model', async () => {
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(commands, (list) => world.run(list)),
    { numRuns: 30, endOnFailure: true },
  );
}, 900_000);
