/** Secrets that all processes share. */
export interface SigningKeys {
  /**
   * Returns 32 random bytes, created by the first call for `purpose` and the same for all later
   * ones.
   */
  keyFor(purpose: string): Promise<Uint8Array>;
}
