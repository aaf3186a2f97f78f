import { isUtf8 } from 'node:buffer';
import { ReportError, invalidRequest } from '@hourglass/reports';

/**
 * Far more than any body of the contract contains. The cost of parsing grows with these rather than
 * with bytes.
 */
const maxValues = 10_000;
const maxDepth = 32;

const ascii = {
  quote: 0x22,
  comma: 0x2c,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/**
 * Refuses JSON that would be expensive to parse and validate: two megabytes of brackets keep
 * `JSON.parse` busy for seconds. Does not check that the bytes are JSON.
 * @param field name of the field in faults
 * @throws ReportError `request.malformed` if the bytes are not UTF-8, `request.invalid` for too
 * many or too deeply nested values
 */
export function assertJsonBounds(bytes: Buffer, field = 'body'): void {
  if (!isUtf8(bytes)) throw new ReportError('request.malformed', { reason: 'it is not UTF-8' });
  let values = 1;
  let depth = 0;
  let nextEscape = bytes.indexOf(ascii.backslash);
  for (let index = 0; index < bytes.length; index += 1) {
    const character = bytes[index];
    if (character === ascii.quote) {
      // A text without an escape is skipped by one search, because it may be megabytes long.
      if (nextEscape !== -1 && nextEscape < index) nextEscape = bytes.indexOf(ascii.backslash, index);
      const end = bytes.indexOf(ascii.quote, index + 1);
      if (end === -1) return;
      index = nextEscape === -1 || end < nextEscape ? end : endOfEscapedText(bytes, nextEscape);
    } else if (character === ascii.comma) values += 1;
    else if (character === ascii.openBracket || character === ascii.openBrace) {
      values += 1;
      depth += 1;
    } else if (character === ascii.closeBracket || character === ascii.closeBrace) depth -= 1;
    if (depth > maxDepth) throw refused(field, `found objects and arrays nested more than ${maxDepth} deep`);
    if (values > maxValues) throw refused(field, `found more than ${maxValues} values`);
  }
}

/** Returns the index of the quote that ends the text with an escape at `index`. */
function endOfEscapedText(bytes: Buffer, index: number): number {
  for (let end = index; end < bytes.length; end += 1) {
    const character = bytes[end];
    if (character === ascii.quote) return end;
    if (character === ascii.backslash) end += 1;
  }
  return bytes.length;
}

function refused(field: string, found: string): ReportError {
  return invalidRequest([{ field, message: `${found}; expected fewer` }]);
}
