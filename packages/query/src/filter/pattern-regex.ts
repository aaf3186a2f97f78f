/** An RE2 expression that matches a whole text, or the fault of the pattern. */
export type PatternRegex =
  | { readonly ok: true; readonly regex: string }
  | { readonly ok: false; readonly message: string };

/**
 * Maximum length of a pattern in characters, with repetitions written out: RE2 refuses expressions
 * that need too much memory.
 */
export const maxPatternLength = 1_000;

export const anyText = '.*';
export const anyCharacter = '.';

/** Returns an expression that matches exactly this character. */
export function literal(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  return String.raw`\x{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
