import { readFile, rm } from 'node:fs/promises';
import { compileMissingRate, type Dialect, type ExchangeRate } from '@hourglass/query';
import { missingRate, type FactObjects, type ObjectTask, type RowFile } from '@hourglass/reports';
import type { Answer } from './ask-nodes.ts';

/** Rates are literals of the statement, which repeats them for each amount. */
const ratePattern = /^(\d{4}-\d\d-\d\d),([A-Z][A-Z0-9_]*),(\d+(?:\.\d{1,10})?)$/;

/**
 * Reads the rates of a snapshot. Empty without a conversion.
 * @throws Error for a line that is no rate
 */
export async function readExchangeRates({
  exchangeRatesPath,
}: Pick<FactObjects, 'exchangeRatesPath'>): Promise<readonly ExchangeRate[]> {
  if (exchangeRatesPath === undefined) return [];
  const [, ...lines] = (await readFile(exchangeRatesPath, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const [, day, currency, rate] = ratePattern.exec(line) ?? [];
    if (day === undefined || currency === undefined || rate === undefined)
      throw new Error(`exchange rate: found ${JSON.stringify(line)}; expected a day, a currency and a rate`);
    return { day, currency, rate };
  });
}

/**
 * Reads all facts: an amount without a rate is an error even if no row would contain it.
 * @throws ReportImpossible with the day and currency of the first amount without a rate
 */
export async function requireRates(
  task: ObjectTask,
  dialect: Dialect,
  ask: (answer: Pick<Answer, 'statement' | 'format' | 'name'>) => Promise<RowFile>,
): Promise<void> {
  const missing = compileMissingRate(task, dialect);
  if (missing === null) return;
  const currency = `ifNull(concat(' ', "c1"), '')`;
  const statement = { ...missing, sql: `select concat("c0", ${currency}) as line from (${missing.sql})` };
  const { path, rows } = await ask({ statement, format: 'lines', name: 'missing-rate' });
  const text = await readFile(path, 'utf8');
  await rm(path);
  if (rows === 0) return;
  const [, day = '', found] = /^(\S*)(?: ([^]*))?\n$/.exec(text) ?? [];
  throw missingRate(task.plan, { day, currency: found ?? null });
}
