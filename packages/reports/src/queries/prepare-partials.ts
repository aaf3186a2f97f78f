import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  bindPlan,
  hidesFacts,
  hullOf,
  mayRead,
  partialShape,
  readRanges,
  type BoundPlan,
  type Catalogue,
  type PartialShape,
  type Plan,
  type StoredSegment,
  type TimeRange,
} from '@hourglass/query';
import { placedSegment } from './collect-facts.ts';
import type { PartialFiles } from './partial-files.ts';
import type { PartialWriter } from './partial-writer.ts';
import type { SegmentFiles } from './segment-files.ts';

export interface PreparePartialsPorts {
  readonly catalogue: Catalogue;
  readonly segments: {
    /** Returns the live segments that may have facts in the range. Null: the environment was deleted. */
    listInRange(owner: Owner, range: TimeRange): Promise<LiveFacts | null>;
  };
  readonly segmentFiles: SegmentFiles;
  readonly partials: PartialFiles;
  readonly writer: PartialWriter;
}

interface Owner {
  readonly environmentId: number;
  readonly dataset: string;
}

interface LiveFacts {
  readonly segments: readonly StoredSegment[];
  /** Null: facts are kept for ever. */
  readonly expiredBeforeMs: number | null;
}

export interface Preparation {
  /**
   * Shapes and segments of earlier calls in this process, which are not tried again: a partial that was evicted,
   * or that cannot be computed, is left to the next report.
   */
  readonly settled: Set<string>;
  readonly directory: string;
  readonly signal: AbortSignal;
  /** No segment is begun after this time by `performance.now()`. */
  readonly untilMs: number;
}

/** A report that is expected again. */
interface ExpectedReport {
  readonly boundPlan: BoundPlan;
  readonly shape: PartialShape;
  readonly range: TimeRange;
}

interface OwnedReports extends Owner {
  readonly reports: readonly ExpectedReport[];
}

/** One that is forgotten costs a look at a folder. */
const maxSettled = 100_000;

/**
 * Computes partials of segments for the shapes that reports have read on this machine within the last days,
 * newest segments first, so that the next report reads hardly any facts. Returns the number of partials.
 */
export async function preparePartials(
  ports: PreparePartialsPorts,
  preparation: Preparation,
): Promise<number> {
  const { signal, untilMs } = preparation;
  let prepared = 0;
  for (const owned of await expectedReports(ports)) {
    for (const segment of await newestSegments(owned, ports)) {
      signal.throwIfAborted();
      if (performance.now() >= untilMs) return prepared;
      prepared += await prepareSegment(segment, owned, ports, preparation);
    }
  }
  return prepared;
}

/** Returns the expected reports of each owner, those with the latest use first. */
async function expectedReports({
  catalogue,
  partials,
  writer,
}: PreparePartialsPorts): Promise<Iterable<OwnedReports>> {
  const owners = new Map<string, Owner & { readonly reports: ExpectedReport[] }>();
  for (const plan of await partials.uses.list()) {
    const boundPlan = bindPlan(plan, catalogue);
    const { environmentId } = plan.tenant;
    const shape = partialShape(boundPlan, writer.version);
    if (shape === null || partials.isRefused(shape, environmentId)) continue;
    const key = `${environmentId} ${plan.dataset}`;
    const owner = owners.get(key) ?? { environmentId, dataset: plan.dataset, reports: [] };
    owner.reports.push({ boundPlan, shape, range: expectedRange(plan) });
    owners.set(key, owner);
  }
  return owners.values();
}

/** From the range of a report to the end of the one that follows it. */
function expectedRange(plan: Plan): TimeRange {
  const { startMs, endExclusiveMs } = hullOf(readRanges(plan));
  return { startMs, endExclusiveMs: endExclusiveMs + plan.range.endExclusiveMs - plan.range.startMs };
}

/** Returns the segments of which the reports can read partials. */
async function newestSegments(
  { environmentId, dataset, reports }: OwnedReports,
  { segments, partials }: PreparePartialsPorts,
): Promise<readonly StoredSegment[]> {
  const range = hullOf(reports.map((report) => report.range));
  const live = await segments.listInRange({ environmentId, dataset }, range);
  if (live === null) {
    await partials.uses.forget(environmentId);
    return [];
  }
  const { expiredBeforeMs } = live;
  return live.segments
    .filter((segment) => segment.facts >= partials.minFacts && !hidesFacts(segment, expiredBeforeMs))
    .toReversed();
}

/** Returns the number of partials that were missing. */
async function prepareSegment(
  segment: StoredSegment,
  { environmentId, reports }: OwnedReports,
  { partials, segmentFiles, writer }: PreparePartialsPorts,
  { settled, directory: parent, signal }: Preparation,
): Promise<number> {
  const unsettled = reports.filter(({ shape, range }) => {
    return !settled.has(keyOf(shape, segment)) && mayRead([range], segment);
  });
  if (unsettled.length === 0) return 0;
  if (settled.size >= maxSettled) settled.clear();
  for (const { shape } of unsettled) settled.add(keyOf(shape, segment));
  const missing = await partials.missing(
    segment,
    unsettled.map(({ shape }) => shape),
  );
  if (missing.length === 0) return 0;
  const directory = path.join(parent, segment.id);
  await mkdir(directory);
  const [file] = await segmentFiles.place([segment], { environmentId, directory, signal });
  const placed = placedSegment(segment, file);
  let prepared = 0;
  for (const { boundPlan, shape } of unsettled) {
    if (!missing.includes(shape)) continue;
    const partial = await writer.writePartial({ ...boundPlan, shape, segment: placed, directory, signal });
    if (partial === null) continue;
    await partials.keep(segment, partial, signal);
    prepared += 1;
  }
  await rm(directory, { recursive: true });
  return prepared;
}

function keyOf(shape: PartialShape, segment: StoredSegment): string {
  return `${shape.id} ${segment.id}`;
}
