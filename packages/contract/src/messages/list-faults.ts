export interface ListedFault {
  /** Empty: the input as a whole. */
  readonly field: string;
  readonly message: string;
}

/** Keeps messages readable. */
const maxListed = 10;
const maxLength = 2_000;

/** Lists the first faults for readers that show only the message: `a: …; b: …; and 3 more`. */
export function listFaults(faults: readonly ListedFault[]): string {
  const listed: string[] = [];
  let length = 0;
  for (const { field, message } of faults) {
    const text = field === '' ? message : `${field}: ${message}`;
    length += text.length;
    if (listed.length > 0 && (listed.length === maxListed || length > maxLength)) break;
    listed.push(text);
  }
  const more = faults.length - listed.length;
  return [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
