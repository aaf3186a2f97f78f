import path from 'node:path';
import * as fc from 'fast-check';
import { createSegmentWriter } from '@hourglass/engine-duckdb';
import { batchSeqColumn, factRowColumns, type Deletion, type FactRowColumn } from '@hourglass/query';
import type { PlacedSegment } from '@hourglass/reports';
import { writeCopiedFacts } from '../../engine-duckdb/test/copied-facts-file.ts';
import { environmentId, type Fact } from '../../query/test/facts-relation.ts';
import { end, start } from '../../query/test/random-facts.ts';
import type { RandomDataset } from './random-datasets.ts';

const signal = new AbortController().signal;
const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
const hourMs = 3_600_000;
const startMs = Date.parse(start);
const rangeMs = Date.parse(end) - startMs;

/** Where the facts of a dataset are. */
export interface Placement {
  /** The place of each fact in turn: 0 is hot, 1 to 3 are the generations of segments. */
  readonly places: readonly number[];
  /** Whether the segments of the second and third generation were merged into one. */
  readonly isMerged: boolean;
  /** Facts of these hours were deleted from the segments of this generation, which still have them. */
  readonly deleted: { readonly generation: number; readonly hour: number; readonly hours: number } | null;
  /** Whether a batch of the third generation was deleted. */
  readonly isBatchDeleted: boolean;
  /** Facts before this hour are past their retention. */
  readonly expiredHour: number | null;
}

const hour = fc.integer({ min: 0, max: Math.floor(rangeMs / hourMs) });
export const placements: fc.Arbitrary<Placement> = fc.record({
  places: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 200 }),
  isMerged: fc.boolean(),
  deleted: fc.option(
    fc.record({ generation: fc.integer({ min: 1, max: 3 }), hour, hours: fc.integer({ min: 1, max: 100 }) }),
    { freq: 2 },
  ),
  isBatchDeleted: fc.boolean(),
  expiredHour: fc.option(hour, { freq: 2 }),
});

export interface PlacedFacts {
  readonly hot: readonly Fact[];
  readonly segments: readonly PlacedSegment[];
  readonly isMerged: boolean;
  readonly expiredBeforeMs: number | null;
}

let files = 0;

/**
 * Writes the segments of a placement to the directory. Records are always hot. The first generation is
 * of a version without batches and custom fields; it and the second lack a third of the columns each.
 */
export async function placeFacts(
  directory: string,
  random: RandomDataset,
  placement: Placement,
): Promise<PlacedFacts> {
  const { dataset, facts } = random;
  const { places, isMerged, expiredHour } = placement;
  const mayBeSealed = dataset.records.length === 0;
  const placed = facts.map((fact, index) => ({
    fact: { ...fact, batch_seq: 1 + (index % 3) },
    // A segment has facts of one environment only.
    place: mayBeSealed && fact.environment_id === environmentId ? (places[index % places.length] ?? 0) : 0,
  }));
  const expiredBeforeMs = mayBeSealed && expiredHour !== null ? startMs + expiredHour * hourMs : null;
  const at = (place: number) => placed.filter((one) => one.place === place).map(({ fact }) => fact);
  const segments: PlacedSegment[] = [];
  for (const generation of [1, 2, 3]) {
    if (at(generation).length === 0) continue;
    const segment = await seal(directory, at(generation), columnsOf(random, generation), random);
    segments.push({ ...segment, deletions: deletionsOf(placement, generation) });
  }
  // The copy of hot facts begins where they are kept.
  const hot = at(0).filter((fact) => Date.parse(fact.timestamp) >= (expiredBeforeMs ?? -Infinity));
  const [first, ...others] = segments;
  if (!isMerged || first === undefined || others.length < 2)
    return { hot, segments, isMerged: false, expiredBeforeMs };
  const { file } = await writer.merge({ segments: others, expiredBeforeMs, directory, signal });
  return { hot, segments: [first, { ...file, deletions: [] }], isMerged: true, expiredBeforeMs };
}

/** Returns the columns that segments of a generation can have. */
function columnsOf({ sealed }: RandomDataset, generation: number): readonly FactRowColumn[] {
  const isCustom = ({ name }: FactRowColumn) => name.startsWith('custom_');
  if (generation === 3) return [batchSeqColumn, ...sealed];
  const known = sealed.filter((_, index) => index % 3 !== generation - 1);
  return generation === 2 ? [batchSeqColumn, ...known] : known.filter((column) => !isCustom(column));
}

function deletionsOf({ deleted, isBatchDeleted }: Placement, generation: number): readonly Deletion[] {
  const deletions: Deletion[] = [];
  if (isBatchDeleted && generation === 3) deletions.push({ batchSeq: '2' });
  if (deleted?.generation === generation) {
    const deletedMs = startMs + deleted.hour * hourMs;
    deletions.push({ startMs: deletedMs, endExclusiveMs: deletedMs + deleted.hours * hourMs });
  }
  return deletions;
}

async function seal(
  directory: string,
  facts: readonly Fact[],
  columns: readonly FactRowColumn[],
  { customFields }: RandomDataset,
) {
  const values = facts.map((fact) => ({
    ...fact,
    ...Object.fromEntries(customFields.map(({ id, name }) => [`custom_${id}`, fact[name]])),
  }));
  const filled = factRowColumns(
    columns.filter(({ name }) => values.some((fact: Fact) => (fact[name] ?? null) !== null)),
  );
  const csvPath = path.join(directory, `sealed-${(files += 1)}.csv`);
  await writeCopiedFacts(csvPath, filled, values);
  return writer.seal({ csvPath, columns: filled, directory, signal });
}
