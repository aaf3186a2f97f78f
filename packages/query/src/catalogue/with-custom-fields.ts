import { quoted } from '@hourglass/contract/messages';
import { measured } from './aggregations.ts';
import type { CustomField } from './custom-field.ts';
import type { Dataset, Dimension, DimensionType, Metric, NumericType } from './dataset.ts';
import { foldedName, identifier, isReserved } from './names.ts';

/**
 * Returns the dataset as an environment sees it: INTEGER and FLOAT fields become metrics, the
 * others dimensions. A field is left out if a newer catalogue uses its name for a column of the
 * dataset.
 */
export function withCustomFields(dataset: Dataset, fields: readonly CustomField[]): Dataset {
  const taken = foldedNames(dataset);
  const metrics: Metric[] = [];
  const dimensions: Dimension[] = [];
  for (const field of fields) {
    if (taken.has(foldedName(field.name))) continue;
    const role = roleOf(field);
    if (role.kind === 'metric') metrics.push(role.metric);
    else dimensions.push(role.dimension);
  }
  return {
    ...dataset,
    metrics: [...dataset.metrics, ...metrics],
    dimensions: [...dataset.dimensions, ...dimensions],
  };
}

/**
 * Returns why the dataset cannot have a custom field of this name, or null. Ignores other custom
 * fields.
 */
export function faultOfCustomFieldName(name: string, dataset: Dataset): string | null {
  const found = quoted(name);
  if (!identifier.test(name)) {
    return `${found} is not a valid name; expected a letter, then at most 62 letters, digits and "_"`;
  }
  if (isReserved(name)) return `${found} is reserved; expected another name`;
  if (foldedNames(dataset).has(foldedName(name))) {
    return `${found} is already a metric or dimension of "${dataset.name}"; expected another name (names are case-insensitive)`;
  }
  return null;
}

function foldedNames({ metrics, dimensions }: Dataset): ReadonlySet<string> {
  return new Set([...metrics, ...dimensions].map(({ name }) => foldedName(name)));
}

type Role =
  | { readonly kind: 'metric'; readonly metric: Metric }
  | { readonly kind: 'dimension'; readonly dimension: Dimension };

function roleOf(field: CustomField): Role {
  switch (field.type) {
    case 'INTEGER':
      return asMetric(field, 'integer');
    case 'FLOAT':
      return asMetric(field, 'float');
    case 'STRING':
      return asDimension(field, 'text');
    case 'BOOLEAN':
      return asDimension(field, 'boolean');
    case 'DATETIME':
      return asDimension(field, 'timestamp');
    default:
      return field.type satisfies never;
  }
}

const description = 'Custom field of the environment.';

function asMetric({ id, name }: CustomField, type: NumericType): Role {
  const source = { kind: 'column', type, customFieldId: id } as const;
  return { kind: 'metric', metric: { name, description, unit: 'not stated', ...measured, source } };
}

function asDimension({ id, name }: CustomField, type: DimensionType): Role {
  return {
    kind: 'dimension',
    dimension: { name, description, source: { kind: 'column', type, customFieldId: id } },
  };
}
