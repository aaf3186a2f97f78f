import { z } from 'zod';
import {
  describeFields,
  fieldTypeOf,
  ingestTargets,
  storedColumns,
  type Catalogue,
  type ColumnType,
  type CustomFieldType,
  type IngestTarget,
} from '@hourglass/query';

type ValueType = CustomFieldType | 'DECIMAL';

/** A schema for a value of each type. Bounds are those of the checks of facts. */
const valueOf: Readonly<Record<ValueType, () => z.ZodType>> = {
  STRING: () => z.string(),
  INTEGER: () => z.int(),
  FLOAT: () => z.number(),
  DECIMAL: () => z.union([z.number(), z.string()]),
  BOOLEAN: () => z.boolean(),
  DATETIME: () => z.union([z.string(), z.int()]).describe('ISO 8601, or milliseconds since 1970.'),
};

/**
 * Describes one line of a body of facts: an object with the fields of a dataset or record set. It
 * documents the fields; `packages/facts` validates them.
 */
export function factSchema(catalogue: Catalogue): z.ZodType {
  return z.union([...ingestTargets(catalogue).values()].map(lineOf));
}

function lineOf(target: IngestTarget): z.ZodType {
  const fields = target.kind === 'facts' ? fieldsOfFact(target) : fieldsOfRecord(target);
  const id = target.name.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return z
    .looseObject(fields)
    .describe(`A line of ${target.name}.`)
    .meta({ id: `${id}Line` });
}

function fieldsOfFact({ dataset }: IngestTarget & { kind: 'facts' }): Record<string, z.ZodType> {
  const { dimensions, metrics } = describeFields(dataset);
  const types = new Map(storedColumns(dataset).map(({ name, type }) => [name, valueTypeOf(type)]));
  const sent = [...dimensions, ...metrics].filter(({ isInFacts }) => isInFacts);
  return {
    timestamp: valueOf.DATETIME().describe('Time of the fact: ISO 8601, or milliseconds since 1970.'),
    ...Object.fromEntries(
      sent.map(({ name, type, description, unit, derivation }) => {
        const inUnit = unit === null ? '' : ` Unit: ${unit}.`;
        const default_ = derivation === null ? '' : ` If omitted: ${derivation}.`;
        return [name, optional(types.get(name) ?? type, `${description}${inUnit}${default_}`)];
      }),
    ),
  };
}

function fieldsOfRecord({ records }: IngestTarget & { kind: 'records' }): Record<string, z.ZodType> {
  return Object.fromEntries(
    records.columns.map(({ name, type, required, description }) => [
      name,
      required
        ? valueOf[valueTypeOf(type)]().describe(description)
        : optional(valueTypeOf(type), description),
    ]),
  );
}

/** The type of a field, except that money may be text. */
function valueTypeOf(type: ColumnType): ValueType {
  return type === 'decimal' ? 'DECIMAL' : fieldTypeOf[type];
}

function optional(type: ValueType, description: string): z.ZodType {
  return valueOf[type]().nullable().optional().describe(description);
}
