import { listValue } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvText } from '../src/compile/csv-text.ts';
import { inDialect } from '../src/compile/dialect/dialect.ts';
import { duckdbDialect } from '../src/compile/dialect/duckdb.ts';
import { createSqlBuilder, compileStatement } from '../src/compile/sql-builder.ts';
import { openDuckDB } from './facts-relation.ts';
import { lineOf, modelFloat } from './line-model.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

/** Evaluates the expression for all texts in one statement. */
async function written(
  texts: readonly string[],
  expression: (text: RawBuilder<unknown>) => RawBuilder<unknown>,
): Promise<unknown[]> {
  const inputs = sql`(select unnest(cast($1 as varchar[])) as value)`.as('inputs');
  const query = createSqlBuilder()
    .selectFrom(inputs)
    .select(expression(sql.ref('value')).as('text'));
  const { rows } = await duckdb.query(compileStatement(query, duckdbDialect).sql, [listValue(texts)]);
  return rows.map(([text]) => text);
}

/** Distinguishes -0, which `String` writes as 0. */
const writtenFloats = (floats: readonly number[]) =>
  written(
    floats.map((float) => (Object.is(float, -0) ? '-0' : String(float))),
    (text) => {
      const float = sql`cast(${text} as double)`;
      return inDialect((dialect) => dialect.floatOutput(float, dialect.preparedFloat(float)));
    },
  );

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('\\', '"', 'u', '0', '1', 'B', '\u000b', '\u001f', '\n', '\r', '\t', ',', '|'),
  }),
);
const controls = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));

describe('a text', () => {
  test('is written as by JSON.stringify', async () => {
    const texts = [
      ...controls,
      controls.join(''),
      '',
      '\\u000B',
      '\\\\u001f',
      '\u2028\u2029\u007f\u0085\ufeff\uffff😀',
    ];
    const asJson = (text: RawBuilder<unknown>) =>
      inDialect((dialect) => dialect.javaScriptEscapes(dialect.jsonText(text)));
    expect(await written(texts, asJson)).toEqual(texts.map((text) => JSON.stringify(text)));
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 500 }), async (sample) => {
        expect(await written(sample, asJson)).toEqual(sample.map((text) => JSON.stringify(text)));
      }),
    );
  });

  test.each([',', '|', '\t'] as const)(
    'is quoted in CSV where the delimiter %j asks for it and nowhere else',
    async (delimiter) => {
      const inCsv = (text: string) =>
        lineOf([text], [{ name: 'a', kind: 'text' }], { format: 'csv', delimiter });
      await fc.assert(
        fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 500 }), async (sample) => {
          const texts = [...controls, '', ...sample];
          expect(await written(texts, (text) => csvText(text, delimiter))).toEqual(texts.map(inCsv));
        }),
        { numRuns: 30 },
      );
    },
  );
});

/**
 * Every bit pattern as likely as any other: mostly floats with 15 to 17 digits, of all exponents.
 */
const anyBits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
});

/** Floats at which the notation changes, and their neighbours. */
const borders = Array.from({ length: 40 }, (_, index) => 10 ** (index - 12)).flatMap((power) => {
  const view = new DataView(new ArrayBuffer(8));
  return [-2n, -1n, 0n, 1n, 2n].map((step) => {
    view.setFloat64(0, power);
    view.setBigUint64(0, view.getBigUint64(0) + step);
    return view.getFloat64(0);
  });
});

describe('a float', () => {
  test('is written as by JavaScript where the notation changes', async () => {
    const special = [
      0,
      -0,
      5e-324,
      2.2250738585072014e-308,
      Number.MAX_VALUE,
      Number.MAX_SAFE_INTEGER,
      NaN,
      Infinity,
      // DuckDB writes these with 17 digits.
      1.9456e25,
      2.7648e25,
      3.584e25,
    ];
    const floats = [...special, ...borders].flatMap((float) => [float, -float]);
    expect(await writtenFloats(floats)).toEqual(floats.map(modelFloat));
  });

  test('is written as by JavaScript for random bits', async () => {
    const float = fc.oneof(
      anyBits,
      fc.double(),
      fc
        .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -14, max: 26 }))
        .map(([digits, power]) => digits * 10 ** power),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(float, { minLength: 1, maxLength: 2000, size: 'max' }), async (floats) => {
        expect(await writtenFloats(floats)).toEqual(floats.map(modelFloat));
      }),
      { numRuns: 40 },
    );
  });
});
