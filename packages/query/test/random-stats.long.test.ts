import { test } from 'vitest';
import { checkRandomStats } from './check-random-stats.ts';

test(
  '3,000 random requests for statistics return the groups and buckets of the model',
  () => checkRandomStats(3_000),
  240_000,
);
