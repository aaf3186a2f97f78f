import { exchangeRate, repeatedMessage, repeatedNames, type ExchangeRatesBody } from '@hourglass/contract';
import { inexactNumberFault } from '@hourglass/facts';
import { CsvError, parse } from 'csv-parse/sync';
import { CommandError, type Fault } from './command-error.ts';

export type RateFormat = 'csv' | 'ndjson';

interface Row {
  readonly line: number;
  readonly value: unknown;
  /** A member that the row has more than once. */
  readonly repeated?: string | undefined;
  /** The fault of a number that was rounded. */
  readonly lost?: string | null;
}

/**
 * Parses exchange rates from NDJSON, or from CSV whose header names `day`, `currency`, `targetCurrency`
 * and `rate`.
 * @throws CommandError that lists bad rows by their line in the file.
 */
export function readRates(file: string, text: string, format: RateFormat): ExchangeRatesBody {
  const rates: ExchangeRatesBody = [];
  const faults: Fault[] = [];
  for (const { line, value, repeated, lost = null } of format === 'csv'
    ? csvRows(file, text)
    : ndjsonRows(file, text)) {
    if (repeated !== undefined) faults.push({ line, field: repeated, message: repeatedMessage });
    if (lost !== null) faults.push({ line, field: '', message: lost });
    const read = exchangeRate.safeParse(value);
    if (read.success) rates.push(read.data);
    else {
      for (const { path, message } of read.error.issues) {
        faults.push({ line, field: path.join('.'), message });
      }
    }
  }
  if (faults.length > 0) throw new CommandError(`${file}: nothing was stored`, {}, { faults });
  if (rates.length === 0) throw new CommandError(`${file}: no exchange rates; expected at least one`);
  return rates;
}

function csvRows(file: string, text: string): readonly Row[] {
  try {
    return parse<Row, object>(text, {
      columns: (names: string[]) => {
        const repeated = names.find((name, index) => names.indexOf(name) !== index);
        if (repeated !== undefined)
          throw new CommandError(`${file}, line 1, ${repeated}: ${repeatedMessage}`);
        return names;
      },
      on_record: (value, { lines }) => ({ line: lines, value }),
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    if (error instanceof CsvError) throw new CommandError(`${file}: not CSV: ${error.message}`);
    throw error;
  }
}

function ndjsonRows(file: string, text: string): readonly Row[] {
  return text.split('\n').flatMap((content, index) => {
    if (content.trim() === '') return [];
    const line = index + 1;
    try {
      const value: unknown = JSON.parse(content);
      return [{ line, value, repeated: repeatedNames(content, 1)[0], lost: inexactNumberFault(content) }];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(`${file}, line ${line}: ${reason}`);
    }
  });
}
