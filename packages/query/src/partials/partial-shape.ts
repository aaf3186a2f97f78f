import { createHash } from 'node:crypto';
import { valueColumns } from '../catalogue/fact-row.ts';
import { getFilterSource } from '../catalogue/look-up.ts';
import { hotFactsColumns } from '../compile/compile-hot-facts.ts';
import { segmentColumnName } from '../compile/segment-columns.ts';
import { filteredFields } from '../filter/filter-node.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { compileFactsFilter, compilePartial } from './compile-partial.ts';
import { factsRead, type MeasureRead } from './facts-read.ts';
import type { PartialColumn, PartialColumns, PartialMeasure } from './partial-columns.ts';
import { partialResolution, resolutionMs } from './partial-resolution.ts';

/** The content of a segment's partial: aggregates of those facts that the filter selects. */
export interface PartialShape extends PartialColumns {
  /**
   * Identifies the statement that computes the partial. A segment never changes, so two partials of
   * one segment with one id are the same.
   */
  readonly id: string;
  /** The software that computes partials: their format and the engine. */
  readonly version: string;
  readonly dataset: string;
  /** Identifies the condition on facts. Null: all facts. */
  readonly filter: string | null;
  /** The columns that decide the condition. Null: they alone do not, as with the hour of a fact. */
  readonly filteredBy: readonly PartialColumn[] | null;
}

/** Changes when the meaning of a partial does, although its statement does not. */
const formatVersion = 1;

/**
 * Returns the shape of the partials from which a report can be computed to the last digit. Null if it
 * needs facts: for percentiles, estimates, sums of floats, whose last digit depends on the order of
 * facts, and converted amounts, which are rounded for each fact.
 */
export function partialShape(boundPlan: BoundPlan, engineVersion: string): PartialShape | null {
  const { plan } = boundPlan;
  if (plan.perFact !== undefined || plan.targetCurrency !== undefined) return null;
  const resolution = partialResolution(boundPlan);
  const read = factsRead(boundPlan);
  if (resolution === null || read === null) return null;
  const columns = readColumns(boundPlan);
  const measures = measuresOf(read.measures, columns);
  if (measures.some(({ column, aggregate }) => column.type === 'float' && aggregate === 'sum')) return null;
  const keys = columns.filter(({ name }) => read.keys.includes(name));
  const parts = { resolution, keys, measures };
  const version = `${formatVersion} ${engineVersion}`;
  const identity = [version, plan.dataset, compilePartial(boundPlan, parts), columns];
  return {
    ...parts,
    id: digestOf(identity),
    version,
    dataset: plan.dataset,
    filter: filterIdentity(boundPlan, columns),
    filteredBy: filteringColumns(boundPlan, columns),
  };
}

/**
 * Returns whether a partial of one shape contains what a report with the other one needs. From a partial of all facts
 * `isFiltered` rows have to be selected.
 */
export function coversShape(kept: PartialShape, wanted: PartialShape): boolean {
  return (
    kept.version === wanted.version &&
    kept.dataset === wanted.dataset &&
    (kept.filter === wanted.filter || isFiltered(kept, wanted)) &&
    resolutionMs[kept.resolution] <= resolutionMs[wanted.resolution] &&
    wanted.keys.every((key) => kept.keys.some((one) => isSameColumn(one, key))) &&
    wanted.measures.every(({ column, aggregate }) =>
      kept.measures.some((one) => one.aggregate === aggregate && isSameColumn(one.column, column)),
    )
  );
}

/** Whether the filter of the wanted shape selects rows of a partial of all facts, by its keys. */
export function isFiltered(kept: PartialShape, wanted: PartialShape): boolean {
  if (kept.filter !== null || wanted.filter === null || wanted.filteredBy === null) return false;
  return wanted.filteredBy.every((column) => kept.keys.some((key) => isSameColumn(key, column)));
}

/** A column can have another name in each plan. */
function isSameColumn(one: PartialColumn, other: PartialColumn): boolean {
  return one.segmentName === other.segmentName && one.type === other.type;
}

/** The columns that the plan reads, in one order for all plans with the same columns. */
function readColumns(boundPlan: BoundPlan): readonly PartialColumn[] {
  return valueColumns(hotFactsColumns(boundPlan)).map((column) => ({
    name: column.name,
    segmentName: segmentColumnName(column),
    type: column.type,
  }));
}

/** Each once, in the order of the columns. */
function measuresOf(
  read: readonly MeasureRead[],
  columns: readonly PartialColumn[],
): readonly PartialMeasure[] {
  return columns.flatMap((column) => {
    const own = read.filter((one) => one.column === column.name).map(({ aggregate }) => aggregate);
    return [...new Set(own)].toSorted().map((aggregate) => ({ column, aggregate }));
  });
}

function filterIdentity(boundPlan: BoundPlan, columns: readonly PartialColumn[]): string | null {
  const { filter } = boundPlan.plan;
  if (filter === null) return null;
  const fields = new Set(filteredFields(filter));
  return digestOf([compileFactsFilter(boundPlan), columns.filter(({ name }) => fields.has(name))]);
}

function filteringColumns(
  { plan: { filter }, dataset }: BoundPlan,
  columns: readonly PartialColumn[],
): readonly PartialColumn[] | null {
  const fields = filter === null ? [] : [...new Set(filteredFields(filter))];
  const found = fields.map((field) => {
    const source = getFilterSource(dataset, field);
    return columns.find(({ name }) => source.kind === 'column' && name === source.column) ?? null;
  });
  const known = found.filter((column) => column !== null);
  return known.length < found.length ? null : known;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
