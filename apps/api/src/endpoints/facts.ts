import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { factsAccepted, oneOf, type FactsAccepted } from '@hourglass/contract';
import { didYouMean, listFaults } from '@hourglass/contract/messages';
import {
  acceptBatch,
  awaitSealing,
  factTimeBounds,
  type BatchResult,
  type BulkPorts,
  type FactStore,
  type FactTimes,
  type SealingPace,
  type WrittenBatch,
} from '@hourglass/facts';
import type { ApiMetrics } from '@hourglass/platform';
import {
  factsTarget,
  ingestTargets,
  withCustomFields,
  type Catalogue,
  type IngestTarget,
  type Tenant,
} from '@hourglass/query';
import { ReportError, type AuditOf, type CustomFieldStore } from '@hourglass/reports';
import type { DescribeWrite } from '../http/audit.ts';
import { discardBody } from '../http/discard-body.ts';
import { sendError } from '../http/error-response.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { guardedRoute, streamedBody, type GuardedRoute } from '../http/route.ts';
import { factSchema } from '../openapi/fact-schema.ts';
import { receiveUpload, type AdmittedUpload, type UploadPorts } from '../uploads/receive-upload.ts';

export interface PostFactsPorts {
  readonly catalogue: Catalogue;
  readonly customFields: CustomFieldStore;
  /** Creates a store that writes the event of a batch with it. */
  readonly facts: (audit: AuditOf<WrittenBatch>) => FactStore;
  readonly sealingPace: SealingPace;
  readonly bulk: BulkPorts;
  readonly uploads: UploadPorts;
  readonly metrics: ApiMetrics;
  readonly factTimes: FactTimes;
  readonly nowMs: () => number;
}

/**
 * `POST …/facts/{dataset}`: NDJSON, plain or gzip. A body of more than a mebibyte is never held in
 * memory whole.
 */
export function postFactsRoute(findTenant: TenantFinder, ports: PostFactsPorts): GuardedRoute {
  const targets = ingestTargets(ports.catalogue);
  return guardedRoute({
    method: 'post',
    path: '/v1/organizations/:organization/environments/:environment/facts/:dataset',
    scope: 'ingest',
    operation: {
      id: 'postFacts',
      tag: 'Facts',
      summary: 'Ingest facts or records; by default a batch is stored whole or not at all',
    },
    parameters: {
      onError: oneOf(['refuse', 'skip'])
        .default('refuse')
        .describe('Handling of bad lines: refuse the whole batch, or skip and report them.'),
    },
    body: streamedBody('application/x-ndjson', factSchema(ports.catalogue)),
    responses: { 201: { description: 'The batch is committed.', json: factsAccepted } },
    read: findTenant,
    async handle({ request, response, principal, reauthenticate, parameters, found: tenant, audit }) {
      const target = targetOf(request, targets);
      const id = readIdempotencyKey(request) ?? randomUUID();
      const { organization, email } = principal;
      const outcome = await receiveUpload(
        {
          request,
          response,
          organization,
          reauthenticate: () => Promise.all([reauthenticate(), findTenant(request)]),
        },
        ports.uploads,
        (upload) => ingest(upload, { ...parameters, tenant, target, id, createdBy: email, audit }, ports),
      );
      switch (outcome.kind) {
        case 'accepted': {
          if (!outcome.repeated) ports.metrics.countFacts(target.name, outcome.accepted);
          response.status(201).json(acceptedView(outcome, parameters.onError));
          return;
        }
        case 'refused':
          refuse(request, response, outcome.faults);
          return;
        case 'conflict':
          throw new ReportError('batch.conflict', { id });
        default:
          outcome satisfies never;
      }
    },
  });
}

function acceptedView(
  { batch, repeated, accepted, rejected, faults }: BatchResult & { readonly kind: 'accepted' },
  onError: 'refuse' | 'skip',
): FactsAccepted {
  return {
    batch,
    accepted,
    ...(repeated ? { repeated } : {}),
    ...(onError === 'skip' ? { rejected, faults: [...faults] } : {}),
  };
}

interface Ingestion {
  readonly tenant: Tenant;
  readonly target: IngestTarget;
  /** Idempotency key of the batch. */
  readonly id: string;
  readonly onError: 'refuse' | 'skip';
  readonly createdBy: string;
  readonly audit: DescribeWrite;
}

async function ingest(
  { open, ...upload }: AdmittedUpload,
  { tenant, target, id, onError, createdBy, audit }: Ingestion,
  { customFields, facts, sealingPace, bulk, factTimes, nowMs }: PostFactsPorts,
): ReturnType<typeof acceptBatch> {
  const { fields, undeclaredFields } = await customFields.find(tenant, target.name);
  if (target.kind === 'facts') await awaitSealing(sealingPace, upload.signal);
  return acceptBatch(open(), {
    ...upload,
    identity: {
      environmentId: tenant.environmentId,
      target: target.kind === 'facts' ? factsTarget(withCustomFields(target.dataset, fields)) : target,
      id,
      createdBy,
    },
    store: facts((batch) =>
      audit(`${target.kind}.ingest`, {
        object: batch.id,
        details: { dataset: batch.target, accepted: batch.accepted },
      }),
    ),
    bulk,
    onError,
    undeclaredFields,
    times: factTimeBounds(factTimes, nowMs()),
  });
}

interface LineFault {
  readonly line: number;
  readonly field: string;
  readonly message: string;
}

function refuse(request: Request, response: Response, faults: readonly LineFault[]): void {
  const fieldFaults = faults.map((fault) => ({ field: positionOf(fault), message: fault.message }));
  const reason = faults.length === 0 ? 'it is empty' : listFaults(fieldFaults);
  discardBody(request, response);
  sendError(response, new ReportError('batch.refused', { reason }, fieldFaults), { faults });
}

/** The field is empty if the line as a whole is at fault. */
function positionOf({ line, field }: LineFault): string {
  return field === '' ? `line ${line}` : `line ${line}, ${field}`;
}

function targetOf(request: Request, targets: ReadonlyMap<string, IngestTarget>): IngestTarget {
  const name = String(request.params['dataset']);
  const target = targets.get(name);
  if (target === undefined) {
    const known = [...targets.keys()];
    const expected = `${known.join(', ')}${didYouMean(name, known)}`;
    throw new ReportError('dataset.not_found', { dataset: name, expected });
  }
  return target;
}
