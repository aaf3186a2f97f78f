import { test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { checkRandomStaged } from './check-random-staged.ts';
import { checkRandomStagedStats } from './check-random-staged-stats.ts';

const count = suiteSize({ short: 120, full: 600 });
const statsCount = suiteSize({ short: 60, full: 150 });

test(
  `${count} random reports with comparison, gaps, shares, having, order and others equal the model`,
  () => checkRandomStaged(count),
  300_000,
);

test(
  `${statsCount} random statistics with comparison, gaps, shares, having and others equal the model`,
  () => checkRandomStagedStats(statsCount),
  300_000,
);
