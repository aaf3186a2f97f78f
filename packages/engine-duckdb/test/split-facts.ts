import path from 'node:path';
import { catalogue, factRowColumns, sealedColumns, sealedDataset, valueColumns } from '@hourglass/query';
import type { PlacedSegment } from '@hourglass/reports';
import { environmentId, type Fact } from '../../query/test/facts-relation.ts';
import { modelCustomFields } from '../../query/test/filter-model.ts';
import { facts } from '../../query/test/random-facts.ts';
import { createSegmentWriter } from '../src/index.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';

const signal = new AbortController().signal;
const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
const api = catalogue.get('api');
if (api === undefined) throw new Error('no dataset');
/** All columns that a segment can have. */
export const sealed = sealedColumns(sealedDataset(api, modelCustomFields));
export const nameOfId = new Map(modelCustomFields.map(({ id, name }) => [id, name]));

let files = 0;

export interface Split {
  readonly hot: readonly Fact[];
  readonly segments: readonly PlacedSegment[];
}

/** Keeps some of the random facts hot, writes the others to segments in the directory and merges some of these. */
export async function split(directory: string, places: readonly number[], merged: boolean): Promise<Split> {
  const placed = facts.map((fact, index) => ({
    fact,
    // A segment has facts of one environment only.
    place: fact.environment_id === environmentId ? (places[index % places.length] ?? 0) : 0,
  }));
  const of = (place: number) => placed.filter((one) => one.place === place).map(({ fact }) => fact);
  const segments: PlacedSegment[] = [];
  for (const place of [1, 2, 3])
    if (of(place).length > 0) segments.push(await sealedSegment(directory, of(place)));
  const oldest = segments[0];
  if (oldest !== undefined) segments[0] = withoutKnownTexts(oldest);
  if (!merged || segments.length < 2) return { hot: of(0), segments };
  const [first, ...others] = segments;
  if (first === undefined) throw new Error('there is no segment');
  const merging = { segments: others, expiredBeforeMs: null, directory, signal };
  const { file } = await writer.merge(merging);
  return { hot: of(0), segments: [first, { ...file, deletions: [] }] };
}

/** As an earlier version described it. */
function withoutKnownTexts(segment: PlacedSegment): PlacedSegment {
  return { ...segment, columns: segment.columns.map(({ name, type }) => ({ name, type })) };
}

async function sealedSegment(directory: string, some: readonly Fact[]): Promise<PlacedSegment> {
  const values = some.map((fact) => ({
    ...fact,
    ...Object.fromEntries([...nameOfId].map(([id, name]) => [`custom_${id}`, fact[name]])),
  }));
  const filled = factRowColumns(
    valueColumns(sealed).filter(({ name }) => values.some((fact) => (fact[name] ?? null) !== null)),
  );
  const csvPath = path.join(directory, `sealed-${(files += 1)}.csv`);
  await writeCopiedFacts(csvPath, filled, values);
  const file = await writer.seal({ csvPath, columns: filled, directory, signal });
  return { ...file, deletions: [] };
}
