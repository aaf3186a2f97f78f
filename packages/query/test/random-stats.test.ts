import { test } from 'vitest';
import { checkRandomStats } from './check-random-stats.ts';

// The full count runs in `npm run test:long`.
test(
  '600 random requests for statistics return the groups and buckets of the model',
  () => checkRandomStats(600),
  240_000,
);
