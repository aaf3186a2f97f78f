import type { Dataset, DimensionSource, MetricSource } from '@hourglass/query';
import { storedColumns } from '@hourglass/query';
import { closest } from 'fastest-levenshtein';

/** Says why a fact of the dataset cannot carry a field, for names that are not among its stored columns. */
export type FieldGuide = (name: string) => string;

export function createFieldGuide(dataset: Dataset): FieldGuide {
  const origins = new Map<string, string>();
  for (const { name, source } of [...dataset.dimensions, ...dataset.metrics]) {
    if (source.kind !== 'column') origins.set(name, originOf(source));
  }
  const known = ['timestamp', ...storedColumns(dataset).map((column) => column.name)];
  return (name) => {
    const origin = origins.get(name);
    if (origin !== undefined) return `a fact must not carry "${name}": it ${origin}`;
    const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
    return `there is no field "${shown}"; the nearest one is "${closest(shown, known)}"`;
  };
}

type DerivedSource = Exclude<DimensionSource | MetricSource, { kind: 'column' }>;

function originOf(source: DerivedSource): string {
  switch (source.kind) {
    case 'timestamp-part':
      return 'is computed from "timestamp"';
    case 'tenant':
      return 'comes from the address that the facts are sent to';
    case 'alias':
      return `is read from "${source.metric}"`;
    case 'distinct':
      return `is counted from "${source.dimension}"`;
    case 'rate':
      return 'is computed from the number of calls';
    case 'percent':
      return `is computed from "${source.part}" and "${source.whole}"`;
  }
  return source satisfies never;
}
