/**
 * Reads a number as people type it, full-width digits included. Null: the text is empty. Undefined: it is no number
 * (yet), so the last one stays.
 */
export function numberOfText(text: string, isWhole: boolean): number | null | undefined {
  const plain = text.normalize('NFKC').trim().replace(',', '.');
  if (plain === '') return null;
  const pattern = isWhole ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/;
  return pattern.test(plain) ? Number(plain) : undefined;
}
