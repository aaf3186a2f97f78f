import { test } from 'vitest';
import { runPage } from './tutorial-page.ts';

test(
  'every command of the tutorial of reports runs as written and prints what the page shows',
  () => runPage('docs/tutorial-reports.md'),
  180_000,
);
