import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compileMissingRate, duckdbViewDialect, type BoundPlan } from '@hourglass/query';
import { missingRate } from '@hourglass/reports';
import { discardRows } from './discard-rows.ts';
import { rowBatches } from './row-batches.ts';
import { startStatement } from './statements.ts';

const viewSql = `
  create or replace view exchange_rates as
  select * from read_csv(
    getvariable('exchange_rates_path'),
    columns = {'day': 'DATE', 'currency': 'VARCHAR', 'rate': 'DECIMAL(14,10)'},
    auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\n')`;

/**
 * Creates the view `exchange_rates` over the rates of the snapshot, which reports with conversions
 * read.
 */
export async function createExchangeRatesView(
  connection: DuckDBConnection,
  exchangeRatesPath: string,
): Promise<void> {
  await connection.run('set variable exchange_rates_path = $1', [path.resolve(exchangeRatesPath)]);
  await connection.run(viewSql);
}

/** @throws ReportImpossible with the currency and day of the first amount without a rate. */
export async function requireRates(
  connection: DuckDBConnection,
  boundPlan: BoundPlan,
  signal: AbortSignal,
): Promise<void> {
  const statement = compileMissingRate(boundPlan, duckdbViewDialect);
  if (statement === null) return;
  const result = await startStatement(connection, statement);
  try {
    for await (const { columns } of rowBatches(result, signal)) {
      const [day, currency] = columns.map(([first]) => first);
      throw missingRate(boundPlan.plan, {
        day: String(day),
        currency: typeof currency === 'string' ? currency : null,
      });
    }
  } finally {
    await discardRows(connection, result);
  }
}
