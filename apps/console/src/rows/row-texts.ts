const token = /"(?:[^"\\]|\\.)*"|[^\s,:{}"]+/g;

/**
 * Returns the values of a row of a result view as they are written. They are no numbers of JavaScript, which would lose the digits of
 * `5.0` and of large numbers.
 */
export function valueTextsOf(row: string): string[] {
  // Names and values alternate.
  return (row.match(token) ?? []).filter((_text, index) => index % 2 === 1);
}
