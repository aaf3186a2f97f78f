/**
 * Matches a text that a spreadsheet would run as a formula, after any apostrophes. Written for RE2 and
 * JavaScript.
 */
export const formulaPattern = String.raw`^'*[=+@\t\r-]`;

const formula = new RegExp(formulaPattern);

/**
 * Puts an apostrophe before a text that begins with `=`, `+`, `-`, `@`, a tab or CR, because a
 * spreadsheet would run it as a formula. A text with apostrophes before such a character gets one
 * more, so that `unguardFormula` restores both.
 */
export function guardFormula(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** Restores a text from `guardFormula`. */
export function unguardFormula(guarded: string): string {
  return guarded.startsWith("'") && formula.test(guarded) ? guarded.slice(1) : guarded;
}
