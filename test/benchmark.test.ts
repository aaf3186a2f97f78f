import { describe, expect, test } from 'vitest';

interface Rows {
  differenceOf: (expected: unknown[][], found: unknown[][], kinds: string[]) => string | null;
}
interface Facts {
  macros: (seed: number) => string[];
  selectFacts: (numbers: { from: number; toExclusive: number; rows: number }) => string;
}
interface DuckDb {
  withDuckDb: <Result>(
    options: object,
    work: (
      instance: unknown,
      connection: {
        run(sql: string): Promise<unknown>;
        runAndReadAll(sql: string): Promise<{ getRowsJson(): unknown[][] }>;
      },
    ) => Promise<Result>,
  ) => Promise<Result>;
}

/** The benchmark is plain JavaScript without declarations. */
async function benchmarkModule<Module>(name: string): Promise<Module> {
  return (await import(new URL(`../bench/rivals/${name}.mjs`, import.meta.url).href)) as Module;
}

describe('the benchmark', () => {
  test('finds every kind of difference between two results', async () => {
    const { differenceOf } = await benchmarkModule<Rows>('rows');
    const kinds = ['text', 'float', 'time'];
    const ours = [
      ['7', 0.1 + 0.2, '2025-11-01 00:00:00 UTC'],
      ['(not set)', null, '2025-11-01 00:01:00 UTC'],
    ];
    const theirs = [
      ['7', '0.3', '2025-11-01 00:00:00+00'],
      ['(not set)', null, '2025-11-01 00:01:00'],
    ];
    expect(differenceOf(theirs, ours, kinds)).toBeNull();
    const changed = (row: number, column: number, value: unknown) =>
      theirs.map((values, index) => (index === row ? values.with(column, value as string) : values));
    expect(differenceOf(changed(0, 0, '8'), ours, kinds)).toContain('row 0, column 0');
    expect(differenceOf(changed(0, 1, '0.300000001'), ours, kinds)).toContain('row 0, column 1');
    expect(differenceOf(changed(1, 1, '0'), ours, kinds)).toContain('row 1, column 1');
    expect(differenceOf(changed(1, 2, '2025-11-01 00:02:00'), ours, kinds)).toContain('row 1, column 2');
    expect(differenceOf(theirs.toReversed(), ours, kinds)).toContain('row 0');
    expect(differenceOf(theirs.slice(1), ours, kinds)).toBe('1 rows and 2 rows');
  });

  test('generates the same facts from the same seed in any slices, 5 % of them late, with unique ids', async () => {
    const { macros, selectFacts } = await benchmarkModule<Facts>('fact-columns');
    const { withDuckDb } = await benchmarkModule<DuckDb>('generate-facts');
    const rows = 20_000;
    const facts = (seed: number, ...cuts: number[]) =>
      withDuckDb({ threads: 1 }, async (_, connection) => {
        for (const macro of macros(seed)) await connection.run(macro);
        const ends = [...cuts, rows];
        const selects = ends.map((toExclusive, index) => {
          const select = selectFacts({ from: ends[index - 1] ?? 0, toExclusive, rows });
          return `select * from (${select})`;
        });
        await connection.run(`create table facts as ${selects.join(' union all ')}`);
        const result = await connection.runAndReadAll(`
          select bit_xor(hash(facts))::varchar, count(distinct gateway_flow_id)::integer, min("timestamp")::varchar,
                 (select avg((newest - "timestamp" > interval 10 minute)::integer)
                    from (select "timestamp", max("timestamp") over (order by rowid) as newest from facts))
            from facts`);
        return result.getRowsJson()[0] ?? [];
      });
    const whole = await facts(1);
    expect(await facts(1, 777, 10_000)).toEqual(whole);
    expect((await facts(2))[0]).not.toBe(whole[0]);
    expect(whole[1]).toBe(rows);
    expect(Number(whole[3])).toBeGreaterThan(0.04);
    expect(Number(whole[3])).toBeLessThan(0.06);
  });
});
