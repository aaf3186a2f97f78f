import { decodeUtf8 } from '../bytes.ts';

const escapes = /(?:\\x[0-9a-fA-F]{2})+|\\[\\"bnrtvf]/g;
const characters: ReadonlyMap<string, string> = new Map([
  ['\\\\', '\\'],
  ['\\"', '"'],
  ['\\b', '\b'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\t', '\t'],
  ['\\v', '\v'],
  ['\\f', '\f'],
]);

/**
 * Decodes the escapes that Apache and NGINX write in a quoted field. Bytes that are not UTF-8, and
 * NUL, which the database cannot store, stay escaped, so that no information is lost.
 */
export function unescapeLogText(text: string): string {
  return text.includes('\\') ? text.replace(escapes, unescapeOne) : text;
}

function unescapeOne(escape: string): string {
  const character = characters.get(escape);
  if (character !== undefined) return character;
  const bytes = Uint8Array.from(escape.split('\\x').slice(1), (digits) => Number.parseInt(digits, 16));
  return (bytes.includes(0) ? null : decodeUtf8(bytes)) ?? escape;
}

/** Decodes the escapes of NGINX's `escape=json`. NUL stays escaped, because the database cannot store it. */
export function unescapeJsonText(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    const decoded = String(JSON.parse(`"${text}"`));
    return decoded.includes('\0') ? text : decoded;
  } catch {
    return text;
  }
}

/** For NGINX's `escape=none`. */
export function verbatim(text: string): string {
  return text;
}
