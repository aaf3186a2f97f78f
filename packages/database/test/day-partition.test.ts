import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayPartition } from '../src/facts/hot-table.ts';

const dayMs = 86_400_000;
const firstDay = Date.parse('0001-01-01T00:00:00Z') / dayMs;
const lastDay = Date.parse('9999-12-30T00:00:00Z') / dayMs;

test('A partition is named after its day and ends at the start of the next', () => {
  fc.assert(
    fc.property(fc.integer({ min: firstDay, max: lastDay - 1 }), (day) => {
      const { table, start, endExclusive } = dayPartition('hot_api_facts', day);
      expect(Date.parse(`${start}T00:00:00Z`)).toBe(day * dayMs);
      expect(Date.parse(`${endExclusive}T00:00:00Z`)).toBe((day + 1) * dayMs);
      expect(table).toMatch(/^hot_api_facts_p\d{8}$/);
      expect(table).toBe(`hot_api_facts_p${start.replaceAll('-', '')}`);
      expect(dayPartition('hot_api_facts', day + 1).start).toBe(endExclusive);
    }),
  );
});

test.each([firstDay - 1, lastDay + 1, Number.NaN])('Day %d has no partition', (day) => {
  expect(() => dayPartition('hot_api_facts', day)).toThrow(RangeError);
});
