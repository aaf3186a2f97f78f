import { test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { checkRandomQueries } from './check-random-queries.ts';

const count = suiteSize({ short: 250, full: 5_000 });

test(`${count} random queries return the rows of the model`, () => checkRandomQueries(count), 300_000);
