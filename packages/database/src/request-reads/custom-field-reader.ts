import type { Tenant, UndeclaredFields } from '@hourglass/query';
import type { DeclaredField, EnvironmentFields } from '@hourglass/reports';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from './gather-reads.ts';

interface FieldScope {
  readonly tenant: Tenant;
  /** Null: every dataset. */
  readonly dataset: string | null;
}

interface FieldsRow {
  readonly key: string;
  readonly undeclaredFields: UndeclaredFields;
  readonly fields: readonly (Omit<DeclaredField, 'createdAt'> & { readonly createdAt: string })[];
}

/** Reads the custom fields of an environment; null: the environment does not exist. */
export function customFieldReader(
  reads: GatherReads,
): (scope: FieldScope) => Promise<EnvironmentFields | null> {
  return reads<FieldScope, FieldsRow, EnvironmentFields>({
    keyOf: ({ tenant, dataset }) => JSON.stringify([tenant.environmentId, dataset]),
    tenantOf: ({ tenant: { organization, environment } }) => ({ organization, environment }),
    select: (scopes) => sql`
      select requested.key, e.undeclared_fields as "undeclaredFields",
             (select coalesce(json_agg(field order by field.dataset, field.name), '[]')
                from (select f.id, f.dataset, f.name, f.type, f.description, f.created_at as "createdAt"
                        from custom_fields f
                       where f.environment_id = e.id and f.dataset = coalesce(requested.dataset, f.dataset)) field
             ) as fields
        from unnest(${[...scopes.keys()]}::text[],
                    ${[...scopes.values()].map(({ tenant }) => tenant.environmentId)}::integer[],
                    ${[...scopes.values()].map(({ dataset }) => dataset)}::text[])
             as requested (key, environment_id, dataset)
        join environments e on e.id = requested.environment_id`,
    valueOf: ({ undeclaredFields, fields }) => ({
      undeclaredFields,
      fields: fields.map((field) => ({ ...field, createdAt: new Date(field.createdAt) })),
    }),
  });
}
