import type { KeyObject } from 'node:crypto';
import { canonicalSha256 } from '@hourglass/contract';
import type { ArchiveTask, ResultOrigin } from '@hourglass/reports';
import { signManifest, type ManifestPart, type UnsignedManifest } from './manifest.ts';

/** What made the result. */
export interface Maker {
  readonly hourglassVersion: string;
  readonly duckDbVersion: string;
}

interface ManifestContent {
  readonly origin: ResultOrigin;
  readonly task: Pick<ArchiveTask, 'queryId' | 'createdAt'>;
  readonly parts: readonly ManifestPart[];
  readonly archive: UnsignedManifest['archive'];
}

/** The signed `manifest.json`. */
export function manifestText(
  { origin, task, parts, archive }: ManifestContent,
  { hourglassVersion, duckDbVersion }: Maker,
  signingKey: KeyObject,
): string {
  const { organization, environment } = origin.plan.tenant;
  // As the database keeps it: whatever JSON has not is gone.
  const query = JSON.parse(JSON.stringify(origin.plan)) as UnsignedManifest['query'];
  const manifest: Omit<UnsignedManifest, 'keyId'> = {
    formatVersion: 1,
    organization,
    environment,
    queryId: task.queryId,
    attempt: origin.attempt,
    createdAt: task.createdAt.toISOString(),
    query,
    querySha256: canonicalSha256(query),
    snapshot: {
      takenAt: origin.snapshotAt.toISOString(),
      watermark: origin.watermark === null ? null : String(origin.watermark),
    },
    parts: [...parts],
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    archive,
    hourglassVersion,
    engine: { name: 'DuckDB', version: duckDbVersion },
  };
  return signManifest(manifest, signingKey);
}
