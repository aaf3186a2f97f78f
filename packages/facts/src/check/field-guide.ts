import type { Dataset, DimensionSource, MetricSource, RecordSet } from '@hourglass/query/catalogue';
import { didYouMean, quoted } from '@hourglass/contract/messages';
import { customColumns, storedColumns } from '@hourglass/query/catalogue';

/** Explains why a fact or record cannot have a field of some name. */
export interface FieldGuide {
  /** Whether the name is a known one whose value is computed from other fields. */
  isDerived(name: string): boolean;
  /** Returns the message of the fault. */
  explain(name: string): string;
}

export function createFieldGuide(dataset: Dataset): FieldGuide {
  const origins = new Map<string, string>();
  for (const { name, source } of [...dataset.dimensions, ...dataset.metrics]) {
    if (source.kind !== 'column') origins.set(name, originOf(source));
  }
  const columns = [...storedColumns(dataset), ...customColumns(dataset)];
  const known = ['timestamp', ...columns.map((column) => column.name)];
  return {
    isDerived: (name) => origins.has(name),
    explain(name) {
      const origin = origins.get(name);
      if (origin !== undefined) return `"${name}" ${origin}; expected facts without it`;
      return unknownField(name, known);
    },
  };
}

export function createRecordGuide({ columns }: RecordSet): FieldGuide {
  const known = columns.map(({ name }) => name);
  return { isDerived: () => false, explain: (name) => unknownField(name, known) };
}

function unknownField(name: string, known: readonly string[]): string {
  return `unknown field ${quoted(name)}${didYouMean(name, known)}`;
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
