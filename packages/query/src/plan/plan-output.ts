import { quoted } from '@hourglass/contract/messages';
import {
  maxSheetRows,
  outputFormats,
  type CsvDelimiter,
  type CsvOutput,
  type OutputFormat,
  type ReportFault,
} from './plan.ts';
import type { QueryRequest } from './request.ts';

/** The contract's maximum of `limit`, an int32. */
const maxLimitRows = 2 ** 31 - 1;

/** The contract writes a tab as a backslash and a `t`, which is accepted too. */
const delimiters: ReadonlyMap<string, CsvDelimiter> = new Map([
  [',', ','],
  ['|', '|'],
  ['\t', '\t'],
  [String.raw`\t`, '\t'],
]);

const known = `${outputFormats.slice(0, -1).join(', ')} or ${outputFormats.at(-1) ?? ''}`;

const csvOptions = ['csvDelimiter', 'csvBom', 'csvHeader', 'csvSafe'] as const;

type OutputRequest = Pick<QueryRequest, 'outputFormat' | (typeof csvOptions)[number]>;

/** Returns json if no format is requested, or if it was faulty and reported. */
export function planOutput(request: OutputRequest, report: ReportFault): OutputFormat {
  const { outputFormat = 'json' } = request;
  const csv = planCsv(request, report);
  switch (outputFormat) {
    case 'csv':
      return csv;
    case 'json':
    case 'parquet':
    case 'xlsx':
      reportCsvOptions(request, outputFormat, report);
      return { format: outputFormat };
    default:
      report('outputFormat', `${quoted(outputFormat)} is not an output format; expected ${known}`);
      return { format: 'json' };
  }
}

function planCsv({ csvDelimiter = ',', ...options }: OutputRequest, report: ReportFault): CsvOutput {
  const delimiter = delimiters.get(csvDelimiter);
  if (delimiter === undefined) {
    const expected = 'expected a comma, a vertical line "|" or a tab "\\t"';
    report('csvDelimiter', `${quoted(csvDelimiter)} is not a delimiter; ${expected}`);
  }
  // An option at its default leaves no trace, so that equal requests have equal plans.
  return {
    format: 'csv',
    delimiter: delimiter ?? ',',
    ...(options.csvBom === true && { bom: true }),
    ...(options.csvHeader === false && { header: false }),
    ...(options.csvSafe === true && { safe: true }),
  };
}

function reportCsvOptions(request: OutputRequest, format: string, report: ReportFault): void {
  for (const option of csvOptions) {
    if (request[option] === undefined) continue;
    const noun = option === 'csvDelimiter' ? 'delimiter' : option;
    report(option, `the output format is ${format}; expected no ${noun} unless outputFormat is csv`);
  }
}

/** Returns null if no limit is requested, or if it was faulty and reported. */
export function planLimit(
  requested: number | undefined,
  { format }: OutputFormat,
  report: ReportFault,
): number | null {
  if (requested === undefined) return null;
  if (!Number.isInteger(requested) || requested < 1 || requested > maxLimitRows) {
    report('limit', `${requested} is not a number of rows; expected an integer from 1 to ${maxLimitRows}`);
    return null;
  }
  if (format === 'xlsx' && requested > maxSheetRows) {
    report('limit', `${requested} rows do not fit on one sheet; expected at most ${maxSheetRows} with xlsx`);
    return null;
  }
  return requested;
}
