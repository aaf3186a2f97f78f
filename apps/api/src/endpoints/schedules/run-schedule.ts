import { queryStatus } from '@hourglass/contract';
import { ReportError, type ScheduleStore } from '@hourglass/reports';
import { scopeOf, type TenantFinder } from '../../http/find-tenant.ts';
import { idempotencyKeyOf } from '../../http/idempotency-key.ts';
import { rateLimitHeaders, type RateLimits } from '../../http/rate-limits.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { respondWithRun, type RespondWithRunPorts } from '../saved-reports/respond-with-run.ts';
import { scheduleIdOf, schedulesPath, tag } from './schedules.ts';

/** `POST …/schedules/{schedule}:run`: a submission of the caller, which leaves due times and history as they are. */
export function runScheduleRoute(
  findTenant: TenantFinder,
  ports: RespondWithRunPorts & { readonly schedules: ScheduleStore },
  rateLimits: RateLimits,
): GuardedRoute {
  return guardedRoute({
    preparedHeaders: rateLimitHeaders,
    prepareHeaders: (request) => rateLimits(scopeOf(request)),
    method: 'post',
    path: `${schedulesPath}/:schedule\\:run`,
    scope: 'submit',
    operation: { id: 'runSchedule', tag, summary: 'Submit the query of a schedule now' },
    responses: { 201: { description: 'The enqueued query.', json: queryStatus } },
    async handle({ request, ...call }) {
      const tenant = await findTenant(request);
      const id = scheduleIdOf(request);
      const found = await ports.schedules.find(tenant, id);
      if (found === null) throw new ReportError('schedule.not_found', { id });
      const { report, overrides } = found;
      const idempotencyKey = idempotencyKeyOf(request, { schedule: id });
      await respondWithRun(
        call,
        { tenant, report, overrides, idempotencyKey, details: { schedule: id } },
        ports,
      );
    },
  });
}
