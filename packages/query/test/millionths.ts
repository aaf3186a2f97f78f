/** Reads a decimal with at most six digits after its point as a whole number of millionths. */
export function toMillionths(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const magnitude = BigInt(whole + fraction.padEnd(6, '0'));
  return decimal.startsWith('-') ? -magnitude : magnitude;
}
