import { datasetSchema, oneOf, type DatasetSchema, type SchemaElement } from '@hourglass/contract';
import {
  describeFields,
  withCustomFields,
  type Catalogue,
  type Dataset,
  type FieldDescription,
} from '@hourglass/query';
import type { CustomFieldStore, DeclaredField } from '@hourglass/reports';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';

const schemaTypes = {
  STRING: 'string',
  INTEGER: 'integer',
  FLOAT: 'float',
  BOOLEAN: 'boolean',
  DATETIME: 'datetime',
} as const;

/**
 * `GET …/analytics/admin/schemav2`: the metrics and dimensions available to the environment's
 * queries.
 */
export function getSchemaRoute(
  findTenant: TenantFinder,
  { catalogue, customFields }: { catalogue: Catalogue; customFields: CustomFieldStore },
): GuardedRoute {
  const [first, ...others] = catalogue.keys();
  if (first === undefined) throw new Error('the catalogue has no dataset');
  return guardedRoute({
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/analytics/admin/schemav2',
    scope: 'read',
    operation: { id: 'getSchema', tag: 'Queries', summary: 'List metrics and dimensions' },
    parameters: {
      type: oneOf(['fact']).default('fact').describe('The only supported value.'),
      dataset: oneOf([first, ...others])
        .default('api')
        .describe('Dataset of the fields; an addition to the contract.'),
      disableCache: oneOf(['true', 'false'])
        .optional()
        .describe('Accepted without effect: nothing is cached.'),
    },
    responses: {
      200: { description: 'The metrics and dimensions, custom fields included.', json: datasetSchema },
    },
    async handle({ request, response, parameters: { dataset: name } }) {
      const { fields } = await customFields.find(await findTenant(request), name);
      const dataset = catalogue.get(name);
      if (dataset === undefined) throw new Error(`unreachable: the catalogue has no dataset "${name}"`);
      response.set('Cache-Control', 'no-store').json(schemaOf(dataset, fields));
    },
  });
}

function schemaOf(dataset: Dataset, fields: readonly DeclaredField[]): DatasetSchema {
  const known = new Set([...dataset.dimensions, ...dataset.metrics].map(({ name }) => name));
  const createdAt = new Map(fields.map((field) => [field.name, field.createdAt]));
  const elementOf = ({ name, type, description, unit, functions }: FieldDescription): SchemaElement => {
    const declaredAt = known.has(name) ? undefined : createdAt.get(name);
    return {
      name,
      properties: {
        createTime: String(declaredAt?.getTime() ?? 0),
        custom: declaredAt === undefined ? 'false' : 'true',
        type: schemaTypes[type],
        description,
        ...(unit === null ? {} : { unit, functions: [...functions] }),
      },
    };
  };
  const { dimensions, metrics } = describeFields(withCustomFields(dataset, fields));
  return { meta: [], dimensions: dimensions.map(elementOf), metrics: metrics.map(elementOf) };
}
