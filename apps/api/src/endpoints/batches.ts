import {
  batchList,
  deletedBatch,
  dryRunOfDeletion,
  moment,
  oneOf,
  wholeNumber,
  type BatchList as BatchListView,
  type BatchView,
  type DeletedBatch,
} from '@hourglass/contract';
import { deleteBatch, type BatchList, type BatchRecord, type DeleteBatchPorts } from '@hourglass/facts';
import { ingestTargets, type Catalogue } from '@hourglass/query';
import { invalidRequest, ReportError } from '@hourglass/reports';
import { z } from 'zod';
import { deletedFactsOf, type AuditedDeletions } from './deleted-facts.ts';
import { clientGone } from '../http/client-gone.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { batchPageToken, batchSeqOf } from '../http/page-token.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';

export interface BatchPorts {
  readonly catalogue: Catalogue;
  readonly batches: BatchList;
  readonly removal: Omit<DeleteBatchPorts, 'deletions'>;
  readonly deletions: AuditedDeletions;
}

const path = '/v1/organizations/:organization/environments/:environment/batches';
const tag = 'Facts';
const defaultPageSize = 100;
const maxPageSize = 1000;

/** `GET …/batches` and `DELETE …/batches/{batch}`. */
export function batchRoutes(findTenant: TenantFinder, ports: BatchPorts): readonly GuardedRoute[] {
  return [listBatchesRoute(findTenant, ports), deleteBatchRoute(findTenant, ports)];
}

function listBatchesRoute(findTenant: TenantFinder, { catalogue, batches }: BatchPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'read',
    operation: { id: 'listBatches', tag, summary: 'List batches of facts and records, newest first' },
    parameters: {
      dataset: datasetParameter(catalogue).describe('Dataset or record set of the batches; all by default.'),
      from: moment.optional().describe('Created at or after this time.'),
      to: moment.optional().describe('Created before this time.'),
      pageSize: wholeNumber({ min: 1, max: maxPageSize })
        .default(defaultPageSize)
        .describe(`Batches per page, at most ${maxPageSize}; ${defaultPageSize} by default.`),
      pageToken: z.string().optional().describe('nextPageToken of the previous page.'),
    },
    responses: { 200: { description: 'A page of batches.', json: batchList } },
    async handle({ request, response, parameters }) {
      const { environmentId } = await findTenant(request);
      const { pageSize, pageToken, dataset, from, to } = parameters;
      requireOrder(from, to);
      const criteria = {
        ...(dataset === undefined ? {} : { dataset }),
        ...(from === undefined ? {} : { createdFrom: from }),
        ...(to === undefined ? {} : { createdBefore: to }),
      };
      const listed = { ...criteria, environmentId };
      const after = pageToken === undefined ? {} : { afterSeq: batchSeqOf(pageToken, listed) };
      // One more than the page shows whether another page follows.
      const found = await batches.list(environmentId, { ...criteria, ...after }, pageSize + 1);
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      const body: BatchListView = {
        batches: page.map(batchViewOf),
        ...(last !== undefined && found.length > pageSize
          ? { nextPageToken: batchPageToken(last.seq, listed) }
          : {}),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

/** For administrators. */
function deleteBatchRoute(findTenant: TenantFinder, ports: BatchPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:batch`,
    scope: 'admin',
    operation: { id: 'deleteBatch', tag, summary: 'Delete exactly the facts of one batch' },
    parameters: {
      dataset: datasetParameter(ports.catalogue).describe(
        'Dataset of the batch. Needed if several datasets have a batch of this id.',
      ),
      dryRun: dryRunOfDeletion,
    },
    responses: { 200: { description: 'What is deleted.', json: deletedBatch } },
    async handle({ request, response, parameters, audit }) {
      const tenant = await findTenant(request);
      const id = String(request.params['batch']);
      const found = await ports.batches.find(tenant.environmentId, id);
      const { seq, dataset } = onlyBatch(found, id, parameters.dataset);
      const isDryRun = parameters.dryRun === 'true';
      const deletions = ports.deletions((found) =>
        audit('batch.delete', { object: id, details: { dataset, ...deletedFactsOf(found) } }),
      );
      const outcome = await deleteBatch(
        { ...ports.removal, deletions },
        { environmentId: tenant.environmentId, seq },
        { isDryRun, signal: clientGone(response) },
      );
      if (outcome.kind !== 'deleted') throw refusalOf(outcome.kind, id);
      const body: DeletedBatch = { batch: id, dataset, facts: outcome.facts };
      response.json(body);
    },
  });
}

function refusalOf(kind: 'unknown' | 'records' | 'untraceable', id: string): ReportError {
  const codes = {
    unknown: 'batch.not_found',
    records: 'batch.records',
    untraceable: 'batch.untraceable',
  } as const;
  return new ReportError(codes[kind], { id });
}

/** @throws ReportError `batch.not_found`, `batch.ambiguous` */
function onlyBatch(found: readonly BatchRecord[], id: string, dataset: string | undefined): BatchRecord {
  const wanted = dataset === undefined ? found : found.filter((batch) => batch.dataset === dataset);
  const [batch, ...others] = wanted;
  if (batch === undefined) throw new ReportError('batch.not_found', { id });
  if (others.length > 0) {
    const datasets = wanted.map((one) => one.dataset).toSorted();
    throw new ReportError('batch.ambiguous', { id, datasets: datasets.join(', ') });
  }
  return batch;
}

function datasetParameter(catalogue: Catalogue) {
  const [first, ...others] = ingestTargets(catalogue).keys();
  if (first === undefined) throw new Error('the catalogue has no dataset');
  return oneOf([first, ...others]).optional();
}

/** @throws ReportError `request.invalid` */
function requireOrder(from: Date | undefined, to: Date | undefined): void {
  if (from !== undefined && to !== undefined && from >= to) {
    throw invalidRequest([{ field: 'to', message: 'it is not after from; expected a later time' }]);
  }
}

function batchViewOf({ id, dataset, createdAt, createdBy, facts, firstAt, lastAt }: BatchRecord): BatchView {
  return {
    batch: id,
    dataset,
    created: createdAt.toISOString(),
    createdBy,
    facts,
    firstTimestamp: firstAt?.toISOString() ?? null,
    lastTimestamp: lastAt?.toISOString() ?? null,
  };
}
