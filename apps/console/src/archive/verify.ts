import type { ManifestKey } from '@hourglass/contract';
import { listMembers, rangeOf, type ArchiveBytes } from './archive-file.ts';
import { manifestName, readManifest, type ManifestPart, type SignedManifest } from './manifest.ts';
import { ArchiveFault, type Member } from './zip-directory.ts';

export interface OpenArchive {
  readonly archive: ArchiveBytes;
  /** Without the manifest. */
  readonly members: readonly Member[];
  readonly signed: SignedManifest;
}

/** Reads the manifest of an archive. Null: it has none, by a setting. */
export async function openManifest(archive: ArchiveBytes): Promise<OpenArchive | null> {
  const members = await listMembers(archive);
  const last = members.at(-1);
  if (last?.name !== manifestName) return null;
  const { start, endExclusive } = await rangeOf(archive, last);
  const signed = readManifest(new TextDecoder().decode(await archive.read(start, endExclusive)));
  if (signed === null) throw new ArchiveFault('the manifest has no signature');
  return { archive, members: members.slice(0, -1), signed };
}

/** `unknown`: the browser cannot compute it. */
export type Verdict = 'verified' | 'differs' | 'unknown';

/** Verifies that the key of the installation signed the manifest. */
export async function verifySignature(
  { manifest, signedText, signature }: SignedManifest,
  key: ManifestKey,
  crypto: SubtleCrypto,
): Promise<Verdict> {
  const spki = bytesOfBase64(key.publicKey.replaceAll(/-----[A-Z ]+-----|\s/g, ''));
  const keyId = hexOf(await crypto.digest('SHA-256', spki)).slice(0, 16);
  if (keyId !== manifest.keyId) return 'differs';
  let publicKey: CryptoKey;
  try {
    publicKey = await crypto.importKey('spki', spki, 'Ed25519', false, ['verify']);
  } catch {
    // Browsers before 2025 have no Ed25519.
    return 'unknown';
  }
  const isSigned = await crypto.verify(
    'Ed25519',
    publicKey,
    bytesOfBase64(signature),
    new TextEncoder().encode(signedText),
  );
  return isSigned ? 'verified' : 'differs';
}

/** Whether the archive has the parts of the manifest and no other, by names and lengths. */
export function hasSameParts({ members, signed: { manifest } }: OpenArchive): boolean {
  const { parts } = manifest;
  return (
    members.length === parts.length &&
    parts.every(({ name, gzipBytes }, index) => {
      const member = members[index];
      return member?.name === name && member.bytes === gzipBytes;
    })
  );
}

/**
 * Verifies the parts in turn and yields each verdict. One part is in memory at a time, at most 128 MiB: WebCrypto hashes whole texts
 * only.
 */
export async function* verifyParts(
  { archive, members, signed }: OpenArchive,
  crypto: SubtleCrypto,
): AsyncGenerator<{ readonly part: ManifestPart; readonly verdict: Verdict }> {
  for (const [index, part] of signed.manifest.parts.entries()) {
    const member = members[index];
    if (member === undefined) continue;
    const { start, endExclusive } = await rangeOf(archive, member);
    const digest = await crypto.digest('SHA-256', await archive.read(start, endExclusive));
    yield { part, verdict: hexOf(digest) === part.sha256 ? 'verified' : 'differs' };
  }
}

function hexOf(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
