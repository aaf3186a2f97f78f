import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { adviceOn } from '../src/pages/queries/failure-advice.ts';
import { prepareQueue } from '../src/pages/queries/prepare-queue.ts';
import { runTimeText } from '../src/pages/result/run-time.ts';
import { formatDuration } from '../src/text/quantities.ts';

test('a place in the queue has its reason, and durations that people read', () => {
  const place = prepareQueue(
    {
      position: 3,
      ahead: { ours: 1, others: 1 },
      reason: 'environment_turn',
      eta: { p50: 12.2, p90: 200 },
    },
    'en',
  );
  expect(place).toEqual({
    ...{ position: 3, ahead: 2, reasonKey: 'queue.environment_turn' },
    ...{ soon: '13 seconds', late: '4 minutes' },
  });
  expect([0, 89, 90, 5399, 5400, 20_000].map((seconds) => formatDuration(seconds, 'en'))).toEqual([
    ...['1 second', '89 seconds', '2 minutes', '90 minutes', '2 hours', '6 hours'],
  ]);
});

test('a run time of the contract is shown in the language', () => {
  expect(['2 sec', '1 sec', '125 sec'].map((text) => runTimeText(text, 'zh-Hans'))).toEqual([
    ...['2秒钟', '1秒钟', '3分钟'],
  ]);
  expect(['1 sec', '5 sec', 'unknown'].map((text) => runTimeText(text, 'pl'))).toEqual([
    ...['1 sekunda', '5 sekund', 'unknown'],
  ]);
});

test('every documented reason of a failure has its advice', async () => {
  const page = await readFile(new URL('../../../docs/operate/troubleshooting.md', import.meta.url), 'utf8');
  const reasons = [...page.matchAll(/^### “(.*)”$/gm)].map(([, reason = '']) => reason);
  expect(reasons.length).toBeGreaterThan(10);
  expect(reasons.filter((reason) => adviceOn(reason) === 'advice.change')).toEqual([]);
  expect(adviceOn('Attempt 5 of 5 failed: The report needs more than 512 MB of memory: request')).toBe(
    'advice.fewerGroups',
  );
  expect(adviceOn('something new')).toBe('advice.change');
});
