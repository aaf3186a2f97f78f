/** Secrets that all processes share. */
export interface SigningKeys {
  /** 32 random bytes, the same for everybody from the first call on. */
  keyFor(purpose: string): Promise<Uint8Array>;
}
