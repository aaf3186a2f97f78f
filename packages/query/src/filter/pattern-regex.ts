/** An RE2 regular expression for the whole text, or what is wrong with the pattern. */
export type PatternRegex =
  | { readonly ok: true; readonly regex: string }
  | { readonly ok: false; readonly message: string };

/** Longest pattern, in characters, with its repetitions written out: RE2 refuses what needs too much memory. */
export const maxPatternLength = 1_000;

export const anyText = '.*';
export const anyCharacter = '.';

/** The character itself, whatever it means in a regular expression. */
export function literal(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  return String.raw`\x{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
