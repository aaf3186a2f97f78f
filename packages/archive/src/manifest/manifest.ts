import { sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, canonicalSha256 } from '@hourglass/contract';
import { describeManifestKey, keyIdOf } from './manifest-key.ts';

/** Name of the archive's last member. */
export const manifestName = 'manifest.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');
const count = z.int().nonnegative();

const manifestPart = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,200}$/, 'must be a plain file name'),
  /** Digest of the member's bytes. */
  sha256,
  rows: count,
  /** Length of the member, whatever its format. */
  gzipBytes: count.max(0xffff_fffe),
  /** Length unpacked, a CSV header included. */
  bytes: count,
});

const unsignedManifest = z.strictObject({
  formatVersion: z.literal(1),
  organization: z.string(),
  environment: z.string(),
  queryId: z.string(),
  attempt: count,
  /** When the query was created. */
  createdAt: z.iso.datetime({ precision: 3 }),
  /** The stored plan. */
  query: z.json(),
  /** The columns whose values are estimates. Absent: every value is exact. */
  approximations: z
    .array(z.strictObject({ column: z.string(), function: z.string(), error: z.string() }))
    .exactOptional(),
  /** Digest of the canonical JSON of `query`. */
  querySha256: sha256,
  /**
   * The facts that the result was computed from. `watermark` is the number of the newest batch,
   * null without one.
   */
  snapshot: z.strictObject({
    takenAt: z.iso.datetime({ precision: 3 }),
    watermark: z.string().regex(/^\d+$/, 'must be a whole number').nullable(),
  }),
  parts: z.array(manifestPart).min(1),
  rows: count,
  /** All bytes before the local header of the manifest. */
  archive: z.strictObject({ bytes: count, sha256 }),
  hourglassVersion: z.string(),
  engine: z.strictObject({ name: z.enum(['DuckDB', 'ClickHouse']), version: z.string() }),
  keyId: z.string(),
});

const resultManifest = unsignedManifest.extend({ signature: z.string() });

export type ManifestPart = z.infer<typeof manifestPart>;
export type UnsignedManifest = z.infer<typeof unsignedManifest>;
export type ResultManifest = z.infer<typeof resultManifest>;

/** A manifest or archive that is not the signed one; the message names the fault. */
export class ManifestFault extends Error {
  override readonly name = 'ManifestFault';
}

/**
 * Returns the text of `manifest.json`: canonical JSON with the signature of that text added as the
 * last field.
 */
export function signManifest(manifest: Omit<UnsignedManifest, 'keyId'>, privateKey: KeyObject): string {
  const { keyId } = describeManifestKey(privateKey);
  const text = canonicalJson({ ...manifest, keyId });
  const signature = sign(null, Buffer.from(text), privateKey).toString('base64');
  return `${text.slice(0, -1)},"signature":"${signature}"}`;
}

/**
 * Reads a manifest, verifies that the private half of `publicKey` signed it and that its text is
 * canonical.
 * @throws ManifestFault that names the first fault.
 */
export function readManifest(bytes: Uint8Array, publicKey: KeyObject): ResultManifest {
  const { manifest, text } = parseManifest(bytes);
  const { signature, ...unsigned } = manifest;
  const signed = canonicalJson(unsigned);
  if (text !== `${signed.slice(0, -1)},"signature":${JSON.stringify(signature)}}`)
    throw new ManifestFault(`${manifestName}: not in its canonical form`);
  const signatureBytes = Buffer.from(signature, 'base64');
  if (signatureBytes.toString('base64') !== signature)
    throw new ManifestFault(`${manifestName}: signature is not canonical base64`);
  const keyId = keyIdOf(publicKey);
  if (manifest.keyId !== keyId)
    throw new ManifestFault(`${manifestName}: signed with key ${manifest.keyId}; expected key ${keyId}`);
  if (!verify(null, Buffer.from(signed), publicKey, signatureBytes))
    throw new ManifestFault(`${manifestName}: the signature does not match`);
  if (canonicalSha256(manifest.query) !== manifest.querySha256)
    throw new ManifestFault(`${manifestName}: querySha256: differs from the digest of query`);
  if (manifest.parts.reduce((sum, { rows }) => sum + rows, 0) !== manifest.rows)
    throw new ManifestFault(`${manifestName}: rows: differs from the sum of the parts`);
  return manifest;
}

function parseManifest(bytes: Uint8Array): { manifest: ResultManifest; text: string } {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new ManifestFault(`${manifestName}: not JSON in UTF-8`);
  }
  const parsed = resultManifest.safeParse(value);
  if (parsed.success) return { manifest: parsed.data, text };
  const issue = parsed.error.issues[0];
  throw new ManifestFault(
    `${manifestName}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown fault'}`,
  );
}
