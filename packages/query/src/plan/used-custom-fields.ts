import type { CustomField } from '../catalogue/custom-field.ts';
import { filteredFields } from '../filter/filter-node.ts';
import type { Plan } from './plan.ts';

/** Part of the plan, so that neither deleting a field nor declaring its name anew changes a query that is under way. */
export function withUsedCustomFields(plan: Plan, fields: readonly CustomField[]): Plan {
  const names = new Set([
    ...plan.metrics.map(({ metric }) => metric),
    ...plan.dimensions,
    ...(plan.filter === null ? [] : filteredFields(plan.filter)),
  ]);
  const used = fields.filter(({ name }) => names.has(name)).map(({ id, name, type }) => ({ id, name, type }));
  return used.length === 0 ? plan : { ...plan, customFields: used };
}
