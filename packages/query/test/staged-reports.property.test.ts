import { test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { checkRandomStaged } from './check-random-staged.ts';

const count = suiteSize({ short: 120, full: 2_000 });

test(
  `${count} random reports with comparison, gaps, shares, having, order and others equal the model`,
  () => checkRandomStaged(count),
  300_000,
);
