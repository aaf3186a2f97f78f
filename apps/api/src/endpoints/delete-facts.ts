import { deletedFacts, dryRunOfDeletion, moment, type DeletedFacts } from '@hourglass/contract';
import { deleteFactRange, previewFactRange, type DeleteFactRangePorts } from '@hourglass/facts';
import type { Catalogue } from '@hourglass/query';
import { invalidRequest, ReportError } from '@hourglass/reports';
import { deletedFactsOf, type AuditedDeletions } from './deleted-facts.ts';
import { clientGone } from '../http/client-gone.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';

export interface DeleteFactsPorts {
  readonly catalogue: Catalogue;
  readonly removal: Omit<DeleteFactRangePorts, 'deletions'>;
  readonly deletions: AuditedDeletions;
}

/** `DELETE …/facts/{dataset}?from=&to=`: for administrators. */
export function deleteFactsRoute(findTenant: TenantFinder, ports: DeleteFactsPorts): GuardedRoute {
  const { catalogue } = ports;
  return guardedRoute({
    method: 'delete',
    path: '/v1/organizations/:organization/environments/:environment/facts/:dataset',
    scope: 'admin',
    operation: { id: 'deleteFacts', tag: 'Facts', summary: 'Delete the facts of a time range' },
    parameters: {
      from: moment.describe('Facts at or after this time.'),
      to: moment.describe('Facts before this time.'),
      dryRun: dryRunOfDeletion,
    },
    responses: { 200: { description: 'What is deleted.', json: deletedFacts } },
    async handle({ request, response, parameters: { from, to, dryRun }, audit }) {
      const tenant = await findTenant(request);
      const dataset = requireFacts(String(request.params['dataset']), catalogue);
      if (from >= to) {
        throw invalidRequest([{ field: 'to', message: 'it is not after from; expected a later time' }]);
      }
      const owner = { environmentId: tenant.environmentId, dataset };
      const range = { startMs: from.getTime(), endExclusiveMs: to.getTime() };
      const described = { dataset, from: from.toISOString(), to: to.toISOString() };
      const deletions = ports.deletions((found) => {
        const details = { from: described.from, to: described.to, ...deletedFactsOf(found) };
        return audit('facts.delete', { object: dataset, details });
      });
      const removal = { ...ports.removal, deletions };
      if (dryRun === 'true') {
        const found = await previewFactRange(removal, owner, range, clientGone(response));
        response.json({ ...described, ...found } satisfies DeletedFacts);
        return;
      }
      const { facts } = await deleteFactRange(removal, owner, range, clientGone(response));
      response.json({ ...described, facts } satisfies DeletedFacts);
    },
  });
}

/** @throws ReportError `dataset.not_found` unless it is a dataset of facts */
function requireFacts(name: string, catalogue: Catalogue): string {
  const dataset = catalogue.get(name);
  if (dataset !== undefined && dataset.records.length === 0) return name;
  const expected = [...catalogue.values()].filter(({ records }) => records.length === 0);
  throw new ReportError('dataset.not_found', {
    dataset: name,
    expected: expected.map((one) => one.name).join(', '),
  });
}
