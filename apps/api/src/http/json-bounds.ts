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
export function assertJsonBounds(bytes: Uint8Array, field = 'body'): void {
  if (!isUtf8(bytes)) throw new ReportError('request.malformed', { reason: 'it is not UTF-8' });
  let values = 1;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const character = bytes[index];
    if (inText) {
      if (character === ascii.backslash) index += 1;
      else if (character === ascii.quote) inText = false;
      continue;
    }
    if (character === ascii.quote) inText = true;
    else if (character === ascii.comma) values += 1;
    else if (character === ascii.openBracket || character === ascii.openBrace) {
      values += 1;
      depth += 1;
    } else if (character === ascii.closeBracket || character === ascii.closeBrace) depth -= 1;
    if (depth > maxDepth) throw refused(field, `found objects and arrays nested more than ${maxDepth} deep`);
    if (values > maxValues) throw refused(field, `found more than ${maxValues} values`);
  }
}

function refused(field: string, found: string): ReportError {
  return invalidRequest([{ field, message: `${found}; expected fewer` }]);
}
