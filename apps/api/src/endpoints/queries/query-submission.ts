import { querySubmission, type QuerySubmission, type SubmitQueryBody } from '@hourglass/contract';
import { defaultDataset, requestOfPlan } from '@hourglass/query';
import type { QueryRecord } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';

/** `GET …/queries/{id}/submission`: what to submit to ask the same again, or in another output format. */
export function getQuerySubmissionRoute(collection: QueryCollection): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/:id/submission`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: 'getQuerySubmission',
      tag: collection.tag,
      summary: 'Get a body that submits the same query again',
    },
    responses: { 200: { description: 'The body, or null.', json: querySubmission } },
    async handle({ request, response }) {
      response.set('Cache-Control', 'no-store').json(submissionOf(await collection.find(request, response)));
    },
  });
}

function submissionOf({ plan, labels: { name, reportDefinitionId } }: QueryRecord): QuerySubmission {
  const requested = requestOfPlan(plan);
  if (requested === null) return { body: null };
  const { utcOffsetMinutes, ...fields } = requested;
  const body = {
    ...(plan.dataset === defaultDataset ? {} : { dataset: plan.dataset }),
    ...fields,
    ...(name === undefined ? {} : { name }),
    ...(reportDefinitionId === undefined ? {} : { reportDefinitionId }),
  };
  // The lists of a plan are readonly, those of the schema are not.
  return {
    body: body as SubmitQueryBody,
    ...(utcOffsetMinutes === undefined ? {} : { tzo: utcOffsetMinutes }),
  };
}
