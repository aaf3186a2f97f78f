import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { runCommand } from './run-cli.ts';

const day = '2026-03-01T00:00:00Z..2026-03-02T00:00:00Z';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem('worker');
  const timestamp = '2026-03-01T12:00:00Z';
  const calls = { orders: [10, 20, 40], carts: [5], search: [1, 2] };
  await system.client.sendFacts(
    Object.entries(calls).flatMap(([apiproxy, times]) =>
      times.map((ms) => ({ timestamp, apiproxy, total_response_time: ms })),
    ),
  );
});
afterAll(() => system.stop());

const run = (command: string, ...args: string[]) =>
  runCommand(system, [command, '--org', system.organization, '--env', 'prod', ...args]);
const submit = (...args: string[]) => run('submit', ...args);

test('options alone submit a report with the words that they name', async () => {
  const words = ['--metric', 'p50(total_response_time) as median', '--metric', 'sum(message_count) as calls'];
  const choice = ['--dimension', 'apiproxy', '--order-by', 'calls:desc', '--limit', '2', '--time-range', day];
  const { code, output } = await submit(...words, ...choice);
  expect(code).toBe(0);
  await system.client.ended(output);
  const rows = (await run('download', '--rows', output)).output.split('\n');
  expect(rows.map((row): unknown => JSON.parse(row))).toEqual([
    { apiproxy: 'orders', median: 20, calls: '3' },
    { apiproxy: 'search', median: 1.5, calls: '2' },
  ]);
});

test('a wrong value is refused by the API under the name of its property', async () => {
  const { code, messages } = await submit('--metric', 'message_count', '--time-range', 'lastYeer');
  expect(code).toBe(1);
  expect(messages).toContain('timeRange: ');
});

test('without a file and options the faults name the properties that are required', async () => {
  const { code, messages } = await submit();
  expect(code).toBe(1);
  expect(messages).toContain('timeRange: is required');
});
