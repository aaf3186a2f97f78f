/** Reads the value of a number control; null: the default of the installation. */
export function numberOrNull(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}
