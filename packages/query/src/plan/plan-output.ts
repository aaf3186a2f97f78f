import { quoted } from '@hourglass/contract/messages';
import type { OutputFormat, ReportFault } from './plan.ts';
import type { QueryRequest } from './request.ts';

/** The contract's maximum of `limit`, an int32. */
const maxLimitRows = 2 ** 31 - 1;

type Delimiter = Extract<OutputFormat, { format: 'csv' }>['delimiter'];

/** The contract writes a tab as a backslash and a `t`, which is accepted too. */
const delimiters: ReadonlyMap<string, Delimiter> = new Map([
  [',', ','],
  ['|', '|'],
  ['\t', '\t'],
  [String.raw`\t`, '\t'],
]);

/** Returns json if no format is requested, or if it was faulty and reported. */
export function planOutput(
  { outputFormat, csvDelimiter }: Pick<QueryRequest, 'outputFormat' | 'csvDelimiter'>,
  report: ReportFault,
): OutputFormat {
  const delimiter = delimiters.get(csvDelimiter ?? ',');
  if (delimiter === undefined) {
    const expected = 'expected a comma, a vertical line "|" or a tab "\\t"';
    report('csvDelimiter', `${quoted(csvDelimiter ?? '')} is not a delimiter; ${expected}`);
  }
  switch (outputFormat) {
    case 'csv':
      return { format: 'csv', delimiter: delimiter ?? ',' };
    case undefined:
    case 'json':
      if (csvDelimiter !== undefined) {
        report('csvDelimiter', 'the output format is json; expected no delimiter unless outputFormat is csv');
      }
      return { format: 'json' };
    default:
      report('outputFormat', `${quoted(outputFormat)} is not an output format; expected json or csv`);
      return { format: 'json' };
  }
}

/** Returns null if no limit is requested, or if it was faulty and reported. */
export function planLimit(requested: number | undefined, report: ReportFault): number | null {
  if (requested === undefined) return null;
  if (Number.isInteger(requested) && requested >= 1 && requested <= maxLimitRows) return requested;
  report('limit', `${requested} is not a number of rows; expected an integer from 1 to ${maxLimitRows}`);
  return null;
}
