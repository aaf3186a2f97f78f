/** Identifies repeated submissions: of all submissions with one key, one is accepted. */
export interface IdempotencyKey {
  /** The client's `Idempotency-Key`, unique within an environment. */
  readonly key: string;
  /**
   * SHA-256 over everything that determines the effect of the request. Another request with the
   * same key is refused.
   */
  readonly requestSha256: Uint8Array;
}

/** Keys are deleted after this time. */
export const idempotencyKeyTtlSeconds = 24 * 3600;
