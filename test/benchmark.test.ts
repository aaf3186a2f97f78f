import { describe, expect, test } from 'vitest';

interface Rows {
  differenceOf: (expected: unknown[][], found: unknown[][], kinds: string[]) => string | null;
}
interface Facts {
  macros: (seed: number) => string[];
  selectFacts: (numbers: { from: number; toExclusive: number; rows: number }) => string;
}
interface Shape {
  readonly name: string;
  readonly request: { readonly limit?: number };
}
interface Suites {
  shapesOf: (suite: 'all') => (Shape & { postgres: string; clickhouse: string })[];
  withoutLimit: (shape: Shape) => Shape & { clickhouse: string };
}
interface Engine {
  planOf: (request: object, environmentId: number) => { limitRows: number | null };
}
interface WinCause {
  causeOf: (ratios: { limited: number; whole: number | null; repeated: number | null }) => string;
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

  test('gives all contestants the same limit, and Hourglass and ClickHouse none for the whole result', async () => {
    const { shapesOf, withoutLimit } = await benchmarkModule<Suites>('suites');
    const { planOf } = await benchmarkModule<Engine>('engine');
    const shapes = shapesOf('all');
    expect(new Set(shapes.map(({ name }) => name)).size).toBe(30);
    const limitOf = (sql: string) => Number(/limit (\d+)\s*$/.exec(sql)?.[1] ?? NaN);
    for (const shape of shapes) {
      const { limitRows } = planOf(shape.request, 1);
      const limits = [shape.postgres, shape.clickhouse].map(limitOf);
      expect([shape.name, ...limits]).toEqual([shape.name, limitRows ?? NaN, limitRows ?? NaN]);
      const whole = withoutLimit(shape);
      expect(planOf(whole.request, 1).limitRows).toBeNull();
      expect(whole.clickhouse).not.toContain('limit');
    }
  });

  test('names the limit as the cause of a win that is lost or halved without it', async () => {
    const { causeOf } = await benchmarkModule<WinCause>('win-cause');
    expect(causeOf({ limited: 8, whole: 0.9, repeated: null })).toBe('limit');
    expect(causeOf({ limited: 8, whole: 3.9, repeated: null })).toBe('limit, engine');
    expect(causeOf({ limited: 8, whole: 4, repeated: null })).toBe('engine');
    expect(causeOf({ limited: 1.2, whole: null, repeated: 9 })).toBe('engine');
    expect(causeOf({ limited: 0.5, whole: 2, repeated: 9 })).toBe('partials');
    expect(causeOf({ limited: 0.5, whole: 2, repeated: null })).toBe('');
  });
});
