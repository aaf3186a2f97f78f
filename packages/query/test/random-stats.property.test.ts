import { test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { checkRandomStats } from './check-random-stats.ts';

const count = suiteSize({ short: 150, full: 3_000 });

test(
  `${count} random requests for statistics return the groups and buckets of the model`,
  () => checkRandomStats(count),
  240_000,
);
