import { z } from 'zod';

/** Answer of `GET /v1/manifest-key`. */
export const manifestKey = z.object({
  keyId: z
    .string()
    .describe('As manifests name it: the first 16 hex digits of the SHA-256 of the SPKI bytes.'),
  algorithm: z.literal('Ed25519'),
  publicKey: z.string().describe('SPKI as PEM.'),
});
export type ManifestKey = z.infer<typeof manifestKey>;
