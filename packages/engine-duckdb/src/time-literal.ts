/** Writes a time for a view, which takes no parameters. */
export function timeLiteral(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`${ms} is not a time in whole milliseconds`);
  return `epoch_ms(${ms}::BIGINT)`;
}
