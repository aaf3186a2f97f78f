import {
  catalogue,
  factsTarget,
  withCustomFields,
  type Dataset,
  type UndeclaredFields,
} from '@hourglass/query';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFactChecker } from '../src/check/check-fact.ts';
import { readCsv } from '../src/formats/csv.ts';
import { collectRows, inChunks } from './chunked.ts';
import { copyLineOf, decodeCopyLine } from './copy-text.ts';

const dataset = withCustomFields(catalogue.get('api') as Dataset, [
  { id: 31, name: 'dc_total', type: 'INTEGER' },
  { id: 7, name: 'dcRatio', type: 'FLOAT' },
  { id: 12, name: 'dc_plan', type: 'STRING' },
  { id: 8, name: 'dc_ok', type: 'BOOLEAN' },
  { id: 9, name: 'dc_due', type: 'DATETIME' },
]);
const nowMs = Date.UTC(2026, 10, 22, 12);
const times = { earliestMs: 0, latestMs: nowMs + 86_400_000 };
const timestamp = '2026-11-22T10:00:00Z';

function check(fact: Record<string, unknown>, undeclaredFields?: UndeclaredFields) {
  const options = undeclaredFields === undefined ? { times } : { times, undeclaredFields };
  return createFactChecker(dataset, options)({ line: 3, value: { timestamp, ...fact } });
}

/** Decodes the last cell of the fact as PostgreSQL does. */
function customCell(fact: Record<string, unknown>, undeclaredFields?: UndeclaredFields): unknown {
  const checked = check(fact, undeclaredFields);
  if ('faults' in checked) throw new Error(JSON.stringify(checked.faults));
  const cell = decodeCopyLine(copyLineOf(checked)).at(-1) ?? null;
  return cell === null ? null : JSON.parse(cell);
}

function faultsOf(fact: Record<string, unknown>, undeclaredFields?: UndeclaredFields) {
  const checked = check(fact, undeclaredFields);
  return 'faults' in checked ? checked.faults : [];
}

describe('the custom values of a fact', () => {
  test('are stored by the ids of their declarations', () => {
    expect(
      customCell({
        dc_total: -12,
        dcRatio: 2.5e-7,
        dc_plan: 'gold',
        dc_ok: false,
        dc_due: '2026-12-01T00:00:00+01:00',
        apiproxy: 'a',
      }),
    ).toEqual({ 31: -12, 7: 2.5e-7, 12: 'gold', 8: false, 9: '2026-11-30T23:00:00.000Z' });
  });

  test('are left out if missing or null, and a fact without any has no object', () => {
    expect(customCell({ dc_total: 0, dc_ok: null })).toEqual({ 31: 0 });
    expect(customCell({ dc_ok: null })).toBe(null);
    expect(customCell({})).toBe(null);
  });

  test('survive COPY and JSON for any text and float', () => {
    const text = fc.string({ unit: 'binary', maxLength: 50 }).filter((some) => !some.includes('\0'));
    const float = fc.double({ min: -1e99, max: 1e99, noNaN: true });
    fc.assert(
      fc.property(text, float, (plan, ratio) => {
        expect(customCell({ dc_plan: plan, dcRatio: ratio })).toEqual({ 12: plan, 7: ratio + 0 });
      }),
    );
    expect(customCell({ dc_plan: '\\N\t\\.\r\n\\\\x41"\b' })).toEqual({ 12: '\\N\t\\.\r\n\\\\x41"\b' });
  });
});

describe('a fault names the field:', () => {
  test.each([
    [{ dc_total: 1.5 }, 'dc_total', 'whole number'],
    [{ dc_total: '1' }, 'dc_total', 'whole number'],
    [{ dcRatio: '0.5' }, 'dcRatio', 'found the text "0.5"; expected a number'],
    [{ dcRatio: 1e100 }, 'dcRatio', 'between -1e100 and 1e100'],
    [{ dcRatio: true }, 'dcRatio', 'number'],
    [{ dc_plan: 5 }, 'dc_plan', 'found the number 5; expected text'],
    [{ dc_plan: 'a\0' }, 'dc_plan', 'NUL'],
    [{ dc_ok: 'true' }, 'dc_ok', 'found the text "true"; expected true or false'],
    [{ dc_ok: 1 }, 'dc_ok', 'found the number 1; expected true or false'],
    [{ dc_due: 'soon' }, 'dc_due', 'ISO 8601'],
    [{ dc_plans: 'x' }, 'dc_plans', 'unknown field "dc_plans". Did you mean "dc_plan"?'],
    [{ dcratio: 1 }, 'dcratio', 'Did you mean "dcRatio"?'],
    [{ dc_none: null }, 'dc_none', 'unknown field'],
  ])('%j', (fact, field, message) => {
    expect(faultsOf(fact)).toEqual([{ line: 3, field, message: expect.stringContaining(message) as string }]);
  });

  test('even if undeclared fields are ignored, all others are checked', () => {
    expect(customCell({ dc_none: { a: 1 }, dc_total: 1 }, 'ignore')).toEqual({ 31: 1 });
    const faults = faultsOf({ dc_none: 1, dc_total: 'x', ax_hour_of_day: '10', apiproxy: 1 }, 'ignore');
    expect(faults.map(({ field }) => field)).toEqual(['dc_total', 'ax_hour_of_day', 'apiproxy']);
  });
});

describe('CSV', () => {
  const read = (text: string, undeclaredFields?: UndeclaredFields) =>
    collectRows(
      readCsv(inChunks(text), {
        target: factsTarget(dataset),
        ...(undeclaredFields === undefined ? {} : { undeclaredFields }),
      }),
    );

  test('is read by the declared types', async () => {
    const text = `timestamp,dc_total,dcRatio,dc_plan,dc_ok,dc_due\n${timestamp},5,1e-3,007,TRUE,1763805600123\n${timestamp},,,"",no,\n`;
    expect(await read(text)).toEqual([
      {
        line: 2,
        value: {
          timestamp,
          dc_total: 5,
          dcRatio: 0.001,
          dc_plan: '007',
          dc_ok: true,
          dc_due: 1_763_805_600_123,
        },
      },
      // Cells that do not fit their type stay text, for the row checker to refuse.
      { line: 3, value: { timestamp, dc_plan: '', dc_ok: 'no' } },
    ]);
  });

  test('may have undeclared columns only if they are ignored', async () => {
    const text = `timestamp,dc_none,dc_ok\n${timestamp},x,false\n`;
    expect(await read(text)).toEqual([
      { line: 1, fault: expect.stringContaining('unknown field "dc_none"') as string, endsReading: true },
    ]);
    expect(await read(text, 'ignore')).toEqual([
      { line: 2, value: { timestamp, dc_none: 'x', dc_ok: false } },
    ]);
    expect(await read(`timestamp,tps\n${timestamp},1\n`, 'ignore')).toEqual([
      {
        line: 1,
        fault: expect.stringContaining('"tps" is computed from the number of calls') as string,
        endsReading: true,
      },
    ]);
  });
});
