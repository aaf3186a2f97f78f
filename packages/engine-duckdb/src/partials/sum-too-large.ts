/** Whether DuckDB refused to cast a sum to the type of its column in a partial. */
export function isSumTooLarge(error: unknown): boolean {
  return String(error).includes('Conversion Error');
}
