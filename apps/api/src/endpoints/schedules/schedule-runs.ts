import { scheduleRunList, wholeNumber, type ScheduleRunList } from '@hourglass/contract';
import { ReportError, type ScheduleStore } from '@hourglass/reports';
import { z } from 'zod';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { pageToken, positionOf } from '../../http/page-token.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { runViewOf } from './schedule-view.ts';
import { scheduleIdOf, schedulesPath, tag } from './schedules.ts';

const defaultPageSize = 100;
const maxPageSize = 1000;

/** `GET …/schedules/{schedule}/runs`: what became of its due times, newest first, in pages. */
export function listScheduleRunsRoute(
  findTenant: TenantFinder,
  { schedules }: { readonly schedules: ScheduleStore },
): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${schedulesPath}/:schedule/runs`,
    scope: 'read',
    operation: { id: 'listScheduleRuns', tag, summary: 'List the runs of a schedule, newest first' },
    parameters: {
      pageSize: wholeNumber({ min: 1, max: maxPageSize })
        .default(defaultPageSize)
        .describe(`Runs per page, at most ${maxPageSize}; ${defaultPageSize} by default.`),
      pageToken: z.string().optional().describe('nextPageToken of the previous page.'),
    },
    responses: { 200: { description: 'A page of runs.', json: scheduleRunList } },
    async handle({ request, response, parameters: { pageSize, pageToken: token } }) {
      const tenant = await findTenant(request);
      const id = scheduleIdOf(request);
      const listed = { schedule: id };
      const before = token === undefined ? undefined : positionOf(token, listed).createdAt;
      // One more than the page shows whether another page follows.
      const found = await schedules.listRuns(tenant, id, { before, limit: pageSize + 1 });
      if (found === null) throw new ReportError('schedule.not_found', { id });
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      const body: ScheduleRunList = {
        runs: page.map(runViewOf),
        ...(last !== undefined && found.length > pageSize
          ? { nextPageToken: pageToken({ createdAt: last.dueAt, id }, listed) }
          : {}),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}
