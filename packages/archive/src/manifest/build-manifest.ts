import type { KeyObject } from 'node:crypto';
import { canonicalSha256 } from '@hourglass/contract';
import { approximations } from '@hourglass/query';
import type { ArchiveTask, ResultOrigin } from '@hourglass/reports';
import { signManifest, type ManifestPart, type UnsignedManifest } from './manifest.ts';

/** The software that wrote the result. */
export interface Producer {
  readonly hourglassVersion: string;
}

interface ManifestContent {
  readonly origin: ResultOrigin;
  readonly task: Pick<ArchiveTask, 'queryId' | 'createdAt'>;
  readonly parts: readonly ManifestPart[];
  readonly archive: UnsignedManifest['archive'];
}

/** Returns the text of the signed `manifest.json`. */
export function buildManifest(
  { origin, task, parts, archive }: ManifestContent,
  { hourglassVersion }: Producer,
  signingKey: KeyObject,
): string {
  const { organization, environment } = origin.plan.tenant;
  // As the database stores it: without values that JSON lacks.
  const query = JSON.parse(JSON.stringify(origin.plan)) as UnsignedManifest['query'];
  const estimated = approximations(origin.plan);
  const manifest: Omit<UnsignedManifest, 'keyId'> = {
    formatVersion: 1,
    organization,
    environment,
    queryId: task.queryId,
    attempt: origin.attempt,
    createdAt: task.createdAt.toISOString(),
    query,
    querySha256: canonicalSha256(query),
    ...(estimated.length === 0 ? {} : { approximations: [...estimated] }),
    snapshot: {
      takenAt: origin.snapshotAt.toISOString(),
      watermark: origin.watermark === null ? null : String(origin.watermark),
    },
    parts: [...parts],
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    archive,
    hourglassVersion,
    engine: { ...origin.engine },
  };
  return signManifest(manifest, signingKey);
}
