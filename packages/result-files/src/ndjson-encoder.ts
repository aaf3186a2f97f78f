import type { OutputColumn } from '@hourglass/query';
import { floatText } from './float-text.ts';
import type { RowEncoder, Value } from './row-encoder.ts';

/**
 * One compact object per line, keys in column order, as BigQuery's extract writes it: text is a JSON string,
 * a float a JSON number with a decimal point, missing is `null`.
 */
export function ndjsonEncoder(columns: readonly OutputColumn[]): RowEncoder {
  const fields = columns.map(({ name, kind }, index) => ({
    key: `${index === 0 ? '' : ','}${JSON.stringify(name)}:`,
    encode: kind === 'text' ? jsonText : jsonFloat,
  }));
  return {
    header: '',
    encodeRow(values, row) {
      let line = '{';
      for (let index = 0; index < fields.length; index++) {
        const field = fields[index];
        if (field !== undefined) line += field.key + field.encode(values[index]?.[row]);
      }
      return `${line}}\n`;
    },
  };
}

/** Everything that JSON.stringify may write differently: controls, quote, backslash, surrogates. */
const needsEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

function jsonText(value: Value): string {
  if (value === null) return 'null';
  if (typeof value !== 'string') throw new TypeError(`a text column holds a value of type ${typeof value}`);
  return needsEscape.test(value) ? JSON.stringify(value) : `"${value}"`;
}

function jsonFloat(value: Value): string {
  if (value === null) return 'null';
  if (typeof value !== 'number') throw new TypeError(`a float column holds a value of type ${typeof value}`);
  return floatText(value) ?? 'null';
}
