export const manifestName = 'manifest.json';

export interface ManifestPart {
  readonly name: string;
  readonly sha256: string;
  readonly rows: number;
  readonly gzipBytes: number;
  readonly bytes: number;
}

/** The members that the page shows, of docs/reference/api-results.md. */
export interface Manifest {
  readonly organization: string;
  readonly environment: string;
  readonly queryId: string;
  readonly attempt: number;
  readonly snapshot: { readonly takenAt: string; readonly watermark: string | null };
  readonly parts: readonly ManifestPart[];
  readonly rows: number;
  readonly hourglassVersion: string;
  readonly engine: { readonly name: string; readonly version: string };
  readonly keyId: string;
}

export interface SignedManifest {
  readonly manifest: Manifest;
  /** The text without its last member, which was signed. */
  readonly signedText: string;
  /** Base64. */
  readonly signature: string;
}

const lastMember = /,"signature":"([A-Za-z0-9+/=]+)"\}$/;

/** Reads the text of a manifest. Null: it has no form of a manifest. */
export function readManifest(text: string): SignedManifest | null {
  const [found, signature] = lastMember.exec(text) ?? [];
  if (found === undefined || signature === undefined) return null;
  const signedText = `${text.slice(0, -found.length)}}`;
  try {
    const manifest = JSON.parse(signedText) as Manifest;
    return Array.isArray(manifest.parts) ? { manifest, signedText, signature } : null;
  } catch {
    return null;
  }
}
