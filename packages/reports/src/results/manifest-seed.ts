import type { SigningKeys } from './signing-keys.ts';

const purpose = 'result-manifests';

/**
 * Returns the 32-byte seed of the key that signs manifests: the configured seed, or one that all
 * processes share.
 */
export async function manifestSeed(fromSettings: Uint8Array | null, keys: SigningKeys): Promise<Uint8Array> {
  return fromSettings ?? (await keys.keyFor(purpose));
}
