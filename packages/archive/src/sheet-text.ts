// Texts of spreadsheets, for programs that write a workbook without the rest of the archive.

/** Excel's limit of a cell, in UTF-16 code units. */
export const maxCellCharacters = 32_767;

/** Characters that XML 1.0 cannot hold, and CR, which XML parsers change. */
const unsafe = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\r\ufffe\uffff`;
const unsafeCharacter = new RegExp(`[${unsafe}]`, 'g');
/** An underscore that would begin an escape, possibly together with the escape that follows it. */
const falseEscape = new RegExp(`_(?=x[0-9A-Fa-f]{4}[_${unsafe}])`, 'g');

/** Escapes characters of a cell as `_xHHHH_`, as OOXML does (ECMA-376, ST_Xstring). */
export function sheetText(text: string): string {
  return text
    .replace(falseEscape, '_x005F_')
    .replace(
      unsafeCharacter,
      (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}
