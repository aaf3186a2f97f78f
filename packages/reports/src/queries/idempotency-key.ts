/** What makes a submission one with those before that have the same key: it is accepted once. */
export interface IdempotencyKey {
  /** The client's `Idempotency-Key`, good within an environment. */
  readonly key: string;
  /** Of everything that decides what the submission does. Another request with the same key is refused. */
  readonly requestSha256: Uint8Array;
}

/** How long a key is known. */
export const idempotencyKeyTtlSeconds = 24 * 3600;
