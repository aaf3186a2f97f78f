import { createHash } from 'node:crypto';

/** What makes a submission one with those before that have the same key: it is accepted once. */
export interface OnceKey {
  /** The client's `Idempotency-Key`, good within an environment. */
  readonly key: string;
  /** Of the request. Another request with the same key is refused. */
  readonly requestSha256: Uint8Array;
}

/** How long a key is known. */
export const onceKeyTtlSeconds = 24 * 3600;

/** `request` is everything of the request that decides what it does, as JSON values. */
export function onceKeyOf(key: string, request: unknown): OnceKey {
  return { key, requestSha256: createHash('sha256').update(canonicalJson(request)).digest() };
}

/** One text for each JSON value, whatever the order of its members. Members without a value are not there. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
