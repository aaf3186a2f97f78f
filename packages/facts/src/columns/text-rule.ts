import { unexpected, type ColumnRule } from './column-rule.ts';

/**
 * Length of the longest text, in UTF-8 bytes. `plainJson` does not bound lengths: its users bound
 * the whole line.
 */
export const maxTextBytes = 32 * 1024;

/** PostgreSQL stores no NUL, and UTF-8 cannot encode an unpaired surrogate. */
const unpairedSurrogate = /\p{Surrogate}/u;
/**
 * Digits of the `\u` escapes of storable characters. A negative lookahead would be shorter, but a
 * third slower.
 */
const storableEscapes = [
  // 0001 to 0fff
  '0{3}[1-9A-Fa-f]|0{2}[1-9A-Fa-f][0-9A-Fa-f]|0[1-9A-Fa-f][0-9A-Fa-f]{2}',
  // 1000 to cfff, e000 to ffff, d000 to d7ff
  '[1-9A-CE-Fa-ce-f][0-9A-Fa-f]{3}|[dD][0-7][0-9A-Fa-f]{2}',
  // A surrogate pair: d800 to dbff, then dc00 to dfff
  String.raw`[dD][89ABab][0-9A-Fa-f]{2}\\u[dD][C-Fc-f][0-9A-Fa-f]{2}`,
].join('|');
const escape = String.raw`\\(?:["\\/bfnrt]|u(?:${storableEscapes}))`;

/**
 * Matches text that has to be examined further: special characters of `COPY`, and possibly
 * forbidden ones.
 */
const needsCare = /[\\\t\n\r\0\ud800-\udfff]/;
const escapedInCopy = /[\\\t\n\r]/g;
const copyEscapes: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
};

export const textRule: ColumnRule = {
  encode(value) {
    if (typeof value !== 'string' || isTooLong(value)) return null;
    if (!needsCare.test(value)) return value;
    if (value.includes('\0') || unpairedSurrogate.test(value)) return null;
    return value.replace(escapedInCopy, (character) => copyEscapes[character] ?? character);
  },
  expected: 'text',
  explain(value) {
    if (typeof value !== 'string') return unexpected(value, textRule.expected);
    if (isTooLong(value))
      return `found ${Buffer.byteLength(value)} bytes; expected text of at most ${maxTextBytes} bytes`;
    return 'found a NUL character or an unpaired surrogate; expected text without them';
  },
  plainJson: String.raw`"(?:[^"\\\x00-\x1f]|${escape})*"`,
};

/** UTF-8 needs at most three bytes for a UTF-16 unit, so a short text need not be measured. */
function isTooLong(text: string): boolean {
  return text.length * 3 > maxTextBytes && Buffer.byteLength(text) > maxTextBytes;
}
