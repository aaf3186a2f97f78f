import type { OutputColumn } from '@hourglass/query';
import { floatText } from './float-text.ts';
import type { RowEncoder, Value } from './row-encoder.ts';

const mustQuote = {
  ',': /[,"\r\n]/,
  '|': /[|"\r\n]/,
  '\t': /[\t"\r\n]/,
} as const;

/**
 * RFC 4180 with minimal quoting, `\n` as line end and a header line of column names. Null is an empty field
 * and empty text is `""`, so that the two differ for readers that look at quotes.
 *
 * Values are never altered. A text that begins with `=`, `+`, `-` or `@` is written as it is: whoever opens
 * the file in a spreadsheet has to import it as text, because a changed value would be wrong for everyone else.
 */
export function csvEncoder(columns: readonly OutputColumn[], delimiter: keyof typeof mustQuote): RowEncoder {
  const quoted = mustQuote[delimiter];
  function csvText(value: Value): string {
    if (value === null) return '';
    if (typeof value !== 'string') throw new TypeError(`a text column holds a value of type ${typeof value}`);
    return value === '' || quoted.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  }
  const encoders = columns.map(({ kind }) => (kind === 'text' ? csvText : csvFloat));
  return {
    header: `${columns.map(({ name }) => csvText(name)).join(delimiter)}\n`,
    encodeRow(values, row) {
      let line = '';
      for (let index = 0; index < encoders.length; index++) {
        if (index > 0) line += delimiter;
        line += encoders[index]?.(values[index]?.[row]);
      }
      return `${line}\n`;
    },
  };
}

function csvFloat(value: Value): string {
  if (value === null) return '';
  if (typeof value !== 'number') throw new TypeError(`a float column holds a value of type ${typeof value}`);
  return floatText(value) ?? '';
}
