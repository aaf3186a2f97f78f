import { didYouMean, quoted } from '@hourglass/contract/messages';
import { planQuery, type Catalogue } from '@hourglass/query';
import type { CustomFieldStore, EnvironmentWithFields } from '../accounts/custom-fields.ts';
import { invalidRequest, type FieldFault } from '../errors.ts';
import { faultOfDataset } from '../queries/submit-query.ts';
import { reportQueryOf } from './report-query.ts';
import type { ReportDefinition } from './saved-report.ts';

export interface CheckReportPorts {
  readonly catalogue: Catalogue;
  readonly customFields: Pick<CustomFieldStore, 'listEnvironments'>;
  readonly nowMs: () => number;
}

/**
 * Checks that the query of a definition can be planned in its environment, or without one in any
 * environment of the organization. A missing range is left to the run.
 * @throws ReportError `request.invalid` with the faults in the environment that has the fewest
 */
export async function checkReport(
  organization: string,
  definition: ReportDefinition,
  { catalogue, customFields, nowMs }: CheckReportPorts,
): Promise<void> {
  const { dataset, request, locate } = reportQueryOf(definition);
  const unknownDataset = faultOfDataset(dataset, catalogue);
  if (unknownDataset !== null) throw invalidRequest([locate(unknownDataset)]);
  const all = await customFields.listEnvironments(organization, dataset);
  const candidates = environmentsOf(definition, all, organization);
  let fewest: readonly FieldFault[] | null = null;
  for (const { tenant, fields } of candidates) {
    const context = { catalogue, dataset, tenant, customFields: fields, nowMs: nowMs() };
    const planned = planQuery({ ...request, timeRange: request.timeRange ?? 'last24hours' }, context);
    if (planned.ok) return;
    if (fewest === null || planned.faults.length < fewest.length) fewest = planned.faults;
  }
  throw invalidRequest((fewest ?? []).map(locate));
}

/** One environment for each distinct set of fields, which decides what a query may name. */
function environmentsOf(
  { environment }: ReportDefinition,
  all: readonly EnvironmentWithFields[],
  organization: string,
): readonly EnvironmentWithFields[] {
  if (environment !== undefined) {
    const named = all.filter(({ tenant }) => tenant.environment === environment);
    if (named.length > 0) return named;
    const known = all.map(({ tenant }) => tenant.environment);
    const message = `${quoted(environment)} is not an environment of the organization; expected one of ${known.map(quoted).join(', ')}${didYouMean(environment, known)}`;
    throw invalidRequest([{ field: 'environment', message }]);
  }
  const distinct = new Map(all.map((one) => [keyOf(one), one]));
  const withoutFields = { tenant: { organization, environment: '', environmentId: 0 }, fields: [] };
  // An organization may have no environment yet.
  return distinct.size === 0 ? [withoutFields] : [...distinct.values()];
}

function keyOf({ fields }: EnvironmentWithFields): string {
  return JSON.stringify(fields.map(({ name, type }) => [name, type]));
}
