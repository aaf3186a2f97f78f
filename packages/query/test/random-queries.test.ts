import { test } from 'vitest';
import { checkRandomQueries } from './check-random-queries.ts';

// The full count runs in `npm run test:long`.
test('1,000 random queries return the rows of the model', () => checkRandomQueries(1_000), 300_000);
