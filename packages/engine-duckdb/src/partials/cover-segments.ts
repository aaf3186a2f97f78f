import type { DuckDBConnection } from '@duckdb/node-api';
import type { EngineTask, PlacedPartial, PlacedSegment } from '@hourglass/reports';
import type { EngineContext } from '../engine-context.ts';
import { computePartial } from './compute-partial.ts';
import type { FactsWithPartials, TaskWithPartials } from './without-partials.ts';

/** How far the segments of a report are covered. */
export interface Coverage {
  readonly covering: readonly PlacedPartial[];
  /** Segments whose facts are read. */
  readonly uncovered: readonly PlacedSegment[];
  /** Those of them that partials shall cover. */
  readonly coverable: readonly PlacedSegment[];
}

interface Covering {
  readonly task: TaskWithPartials & Pick<EngineTask, 'signal' | 'onProgress'>;
  readonly engine: Pick<EngineContext, 'sampleFacts' | 'sliceFacts' | 'maxPartialRowsPerFact'>;
  /** Whether to stop after a segment. */
  readonly isPauseWanted: () => boolean;
}

/**
 * Rows of partials for each fact of a slice that fits into memory: they are not read in slices, but have far fewer
 * groups than rows, and what does not fit spills.
 */
const maxRowsPerSliceFact = 4;

/** The share of progress for computing partials. The report itself has the rest. */
const coveringShare = 0.9;

export function coverageOf({ segments, partials }: FactsWithPartials): Coverage {
  return { covering: partials.covering, uncovered: segments, coverable: partials.coverable };
}

/**
 * Computes partials of coverable segments, and keeps them, until all are covered or a pause is wanted.
 * Returns null if the report should read facts, because partials are too large.
 */
export async function coverSegments(
  connection: DuckDBConnection,
  { task, engine, isPauseWanted }: Covering,
  begun: Coverage,
): Promise<Coverage | null> {
  const segments = begun.uncovered.length + begun.covering.length;
  const { shape } = task.facts.partials;
  let coverage = begun;
  for (const segment of begun.coverable) {
    task.signal.throwIfAborted();
    const sampleFacts = coverage.covering.length === 0 ? engine.sampleFacts : null;
    const terms = { ...engine, sampleFacts };
    const partial = await computePartial(connection, { ...task, shape }, segment, terms);
    if (partial === null) return null;
    await task.facts.partials.keep(segment, partial, task.signal);
    coverage = withPartial(coverage, segment, partial);
    if (expectedRows(coverage) > engine.sliceFacts * maxRowsPerSliceFact) return null;
    task.onProgress?.((coverage.covering.length / segments) * coveringShare);
    if (isPauseWanted()) break;
  }
  return expectedRows(coverage) > engine.sliceFacts * maxRowsPerSliceFact ? null : coverage;
}

/** The rows of all partials, as if those that are missing were as large as the others. */
function expectedRows({ covering, coverable }: Coverage): number {
  const rows = covering.reduce((sum, one) => sum + one.rows, 0);
  return covering.length === 0 ? 0 : (rows * (covering.length + coverable.length)) / covering.length;
}

function withPartial(
  { covering, uncovered, coverable }: Coverage,
  segment: PlacedSegment,
  partial: PlacedPartial,
): Coverage {
  return {
    covering: [...covering, partial],
    uncovered: uncovered.filter((one) => one !== segment),
    coverable: coverable.filter((one) => one !== segment),
  };
}
