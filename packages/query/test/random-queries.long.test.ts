import { test } from 'vitest';
import { checkRandomQueries } from './check-random-queries.ts';

test('5,000 random queries return the rows of the model', () => checkRandomQueries(5_000), 300_000);
