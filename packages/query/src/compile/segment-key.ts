/** Begins the key of every segment's object. */
export const segmentPrefix = 'segments/';

/** Begins the keys of an environment's segments. A segment is opened only below it. */
export function segmentPrefixOf(environmentId: number): string {
  return `${segmentPrefix}${environmentId}/`;
}
