import { segmentPrefixOf, type BoundPlan, type StoredSegment } from '@hourglass/query';
import { ServiceUnavailable } from '../service-unavailable.ts';
import { assertKeyBelow } from '../results/foreign-object.ts';
import type { ObjectStore, StoredObject } from '../results/object-store.ts';
import { createSemaphore } from '../semaphore.ts';
import type { FactObjects } from './fact-objects.ts';
import type { FactSnapshot } from './fact-source.ts';
import type { ReportEngine } from './report-engine.ts';

export interface CollectObjectsPorts {
  readonly engine: Pick<ReportEngine, 'writeHotFacts'>;
  readonly objects: Pick<ObjectStore, 'putFile' | 'stat'>;
}

export interface CollectObjectsTarget {
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Key of the object with the hot facts. The caller deletes it. */
  readonly hotFactsKey: string;
  readonly onCollected?: (share: number) => void;
}

/** Checks of objects at the same time. Each takes a few milliseconds. */
const concurrentChecks = 32;

/**
 * Stores the hot facts of a snapshot beside its segments, and checks that each segment is still the
 * object that was sealed.
 * @throws ServiceUnavailable if an object is missing or has another size or ETag; ForeignObject
 */
export async function collectObjects(
  boundPlan: BoundPlan,
  snapshot: FactSnapshot,
  { engine, objects }: CollectObjectsPorts,
  { directory, signal, hotFactsKey, onCollected }: CollectObjectsTarget,
): Promise<FactObjects> {
  const { segments, ...rest } = snapshot;
  for (const { key } of segments) assertKeyBelow(key, segmentPrefixOf(boundPlan.plan.tenant.environmentId));
  const semaphore = createSemaphore(concurrentChecks);
  let checked = 0;
  await Promise.all(
    segments.map((segment) =>
      semaphore.run(signal, async () => {
        await requireObject(segment, objects);
        onCollected?.((checked += 1) / (segments.length + 1));
      }),
    ),
  );
  const hot = await engine.writeHotFacts({ ...boundPlan, facts: snapshot, directory, signal });
  if (hot === null) return { ...rest, objects: segments };
  await objects.putFile(hotFactsKey, hot.path, { contentType: 'application/vnd.apache.parquet', signal });
  return { ...rest, objects: [...segments, { ...hot, key: hotFactsKey }] };
}

/** The engine would read another object as well, and its report would silently have other facts. */
async function requireObject(
  { key, bytes, etag }: StoredSegment,
  objects: Pick<ObjectStore, 'stat'>,
): Promise<void> {
  const found = await objects.stat(key);
  const fault = faultOf(found, { bytes, etag });
  if (fault !== null) throw new ServiceUnavailable('object store', new Error(`${key}: ${fault}`));
}

function faultOf(
  found: StoredObject | null,
  { bytes, etag }: Pick<StoredSegment, 'bytes' | 'etag'>,
): string | null {
  if (found === null) return 'no such object';
  if (found.bytes !== bytes) return `${found.bytes} bytes; expected ${bytes}`;
  return etag === null || found.etag === etag ? null : `the ETag ${found.etag}; expected ${etag}`;
}
