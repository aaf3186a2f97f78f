import type { DatasetSchema, SchemaElement } from '@hourglass/contract';

export interface ReportField {
  readonly name: string;
  readonly description: string;
  readonly unit: string | null;
  /** Type of its values: string, integer, float, boolean or datetime. */
  readonly type: string;
  /** Functions of a metric, the default first. */
  readonly functions: readonly string[];
}

export interface ReportFields {
  readonly dimensions: readonly ReportField[];
  readonly metrics: readonly ReportField[];
}

/** Returns the fields of a dataset, with their descriptions translated. */
export function fieldsOf(
  { dimensions, metrics }: DatasetSchema,
  translate: (description: string) => string,
): ReportFields {
  const fieldOf = ({ name, properties }: SchemaElement): ReportField => {
    const { description, unit, type, functions = [] } = properties;
    return { name, description: translate(description), unit: unit ?? null, type, functions };
  };
  return { dimensions: dimensions.map(fieldOf), metrics: metrics.map(fieldOf) };
}

/** Returns the functions of a metric; none for unknown metrics. */
export function functionsIn({ metrics }: ReportFields): (metric: string) => readonly string[] {
  const known = new Map(metrics.map(({ name, functions }) => [name, functions]));
  return (metric) => known.get(metric) ?? [];
}

/**
 * Whether every word of the search is in the name or the description. Words may leave out underscores, and full-width
 * letters of input methods count as usual ones.
 */
export function matchesSearch({ name, description }: ReportField, search: string): boolean {
  const text = folded(`${name} ${name.replaceAll('_', ' ')} ${name.replaceAll('_', '')} ${description}`);
  return folded(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
