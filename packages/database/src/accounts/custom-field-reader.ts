import type { UndeclaredFields } from '@hourglass/query';
import type { DeclaredField, EnvironmentFields } from '@hourglass/reports';
import type { GatherReads } from '../connection/gather-reads.ts';
import { Prisma } from '../generated/client.ts';

interface Asked {
  readonly environmentId: number;
  /** Null: all of them. */
  readonly dataset: string | null;
}

interface FieldsRow {
  readonly key: string;
  readonly undeclaredFields: UndeclaredFields;
  readonly fields: readonly (Omit<DeclaredField, 'createdAt'> & { readonly createdAt: string })[];
}

/** The custom fields of an environment; null: there is no such environment. */
export function fieldReader(reads: GatherReads): (asked: Asked) => Promise<EnvironmentFields | null> {
  const rowOf = reads<Asked, FieldsRow>({
    keyOf: ({ environmentId, dataset }) => JSON.stringify([environmentId, dataset]),
    select: (asked) => Prisma.sql`
      select asked.key, e.undeclared_fields as "undeclaredFields",
             (select coalesce(json_agg(field order by field.dataset, field.name), '[]')
                from (select f.id, f.dataset, f.name, f.type, f.description, f.created_at as "createdAt"
                        from custom_fields f
                       where f.environment_id = e.id and f.dataset = coalesce(asked.dataset, f.dataset)) field
             ) as fields
        from unnest(${[...asked.keys()]}::text[],
                    ${[...asked.values()].map(({ environmentId }) => environmentId)}::integer[],
                    ${[...asked.values()].map(({ dataset }) => dataset)}::text[])
             as asked (key, environment_id, dataset)
        join environments e on e.id = asked.environment_id`,
  });
  return async (asked) => {
    const row = await rowOf(asked);
    if (row === null) return null;
    const fields = row.fields.map((field) => ({ ...field, createdAt: new Date(field.createdAt) }));
    return { undeclaredFields: row.undeclaredFields, fields };
  };
}
