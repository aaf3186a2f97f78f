import { expect, test } from 'vitest';
import { viewColumnsOf } from '../src/view-columns.ts';

const range = { startMs: 1_000, endExclusiveMs: 2_000 };
const name = '"in 1000 to 2000"';
const condition = `("timestamp" >= epoch_ms(1000::BIGINT) and "timestamp" < epoch_ms(2000::BIGINT)) as ${name}`;
const ofTimes = (firstMs: number, lastMs: number) => ({ firstMs, lastMs, columns: new Map() });

test('only a source whose first and last facts are within the range is read without its times', () => {
  const columns = { ranges: [range], texts: [] };
  expect(viewColumnsOf(columns, ofTimes(1_000, 1_999))).toEqual([`true as ${name}`]);
  for (const source of [ofTimes(999, 1_999), ofTimes(1_000, 2_000), ofTimes(0, 9_000)])
    expect(viewColumnsOf(columns, source)).toEqual([condition]);
});

test('a text is its own key only where it is known never to be "(not set)"', () => {
  const keyOf = (column: object | null) =>
    viewColumnsOf(
      { ranges: [], texts: ['target'] },
      {
        ...ofTimes(0, 0),
        columns: new Map(column === null ? [] : [['target', { name: 'custom_3', type: 'text', ...column }]]),
      },
    );
  expect(keyOf({ hasNotSetText: false })).toEqual(['"custom_3" as "target as key"']);
  expect(keyOf({ hasNotSetText: true })).toEqual([`nullif("custom_3", '(not set)') as "target as key"`]);
  expect(keyOf({})).toEqual([`nullif("custom_3", '(not set)') as "target as key"`]);
  expect(keyOf(null)).toEqual(['cast(null as varchar) as "target as key"']);
});
