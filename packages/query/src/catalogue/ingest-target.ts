import type { Catalogue, Dataset } from './dataset.ts';
import type { RecordSet } from './record-set.ts';

/**
 * The destination of ingested rows. Facts are added to a dataset; records replace those with the
 * same key.
 */
export type IngestTarget =
  | { readonly kind: 'facts'; readonly name: string; readonly dataset: Dataset }
  | { readonly kind: 'records'; readonly name: string; readonly records: RecordSet };

/** Returns all targets by name, in the order of the catalogue. */
export function ingestTargets(catalogue: Catalogue): ReadonlyMap<string, IngestTarget> {
  const targets = [...catalogue.values()].flatMap(targetsOf);
  return new Map(targets.map((target) => [target.name, target]));
}

export function factsTarget(dataset: Dataset): IngestTarget {
  return { kind: 'facts', name: dataset.name, dataset };
}

function targetsOf(dataset: Dataset): readonly IngestTarget[] {
  if (dataset.records.length === 0) return [factsTarget(dataset)];
  return dataset.records.map((records) => ({ kind: 'records', name: records.name, records }));
}
