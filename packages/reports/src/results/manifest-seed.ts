import type { SigningKeys } from './signing-keys.ts';

const purpose = 'result-manifests';

/** 32 bytes, the seed of the key that signs manifests: of the settings, or the one that all processes share. */
export async function manifestSeed(fromSettings: Uint8Array | null, keys: SigningKeys): Promise<Uint8Array> {
  return fromSettings ?? (await keys.keyFor(purpose));
}
