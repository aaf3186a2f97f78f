import { test } from 'vitest';
import { runPage } from './tutorial-page.ts';

test(
  'every command of the tutorial runs as written and prints what the page shows',
  () => runPage('docs/tutorial.md'),
  180_000,
);
