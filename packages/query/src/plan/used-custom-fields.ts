import type { CustomField } from '../catalogue/custom-field.ts';
import { filteredFields } from '../filter/filter-node.ts';
import type { Plan } from './plan.ts';

/**
 * Adds the used custom fields to the plan, so that deleting or redeclaring a field does not change
 * running queries.
 */
export function withUsedCustomFields(plan: Plan, fields: readonly CustomField[]): Plan {
  const names = new Set([
    ...plan.metrics.map(({ metric }) => metric),
    ...plan.dimensions,
    ...(plan.filter === null ? [] : filteredFields(plan.filter)),
  ]);
  const used = fields.filter(({ name }) => names.has(name)).map(({ id, name, type }) => ({ id, name, type }));
  return used.length === 0 ? plan : { ...plan, customFields: used };
}
