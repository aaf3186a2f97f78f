import {
  changeScheduleBody,
  createScheduleBody,
  maxScheduleBytes,
  schedule,
  scheduleList,
  type ChangedTargetBody,
} from '@hourglass/contract';
import {
  changeSchedule,
  createSchedule,
  isUuid,
  ReportError,
  type SaveSchedulePorts,
} from '@hourglass/reports';
import type { Request } from 'express';
import type { EventLoopTurns } from '../../http/event-loop-turns.ts';
import { scopeOf, type TenantFinder } from '../../http/find-tenant.ts';
import { ItemByItem, sendInPieces } from '../../http/json-pieces.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { targetOf } from '../queries/query-deliveries.ts';
import { viewOf } from './schedule-view.ts';

export const schedulesPath = '/v1/organizations/:organization/environments/:environment/schedules';
export const tag = 'Schedules';

export interface SchedulePorts extends SaveSchedulePorts {
  /** Its keys are organizations. */
  readonly turns: EventLoopTurns;
}

/** `…/schedules`: saved reports that run at due times in an environment. */
export function scheduleRoutes(findTenant: TenantFinder, ports: SchedulePorts): readonly GuardedRoute[] {
  return [
    listSchedules(findTenant, ports),
    createScheduleRoute(findTenant, ports),
    getSchedule(findTenant, ports),
    changeScheduleRoute(findTenant, ports),
    deleteSchedule(findTenant, ports),
  ];
}

/**
 * The id of a schedule in the path.
 * @throws ReportError `schedule.not_found` for a text that is no id
 */
export function scheduleIdOf(request: Request): string {
  const id = String(request.params['schedule']);
  if (!isUuid(id)) throw new ReportError('schedule.not_found', { id });
  return id.toLowerCase();
}

function listSchedules(findTenant: TenantFinder, { schedules, turns }: SchedulePorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: schedulesPath,
    scope: 'read',
    operation: { id: 'listSchedules', tag, summary: 'List schedules' },
    responses: {
      200: { description: 'All schedules of the environment, oldest first.', json: scheduleList },
    },
    async handle({ request, response }) {
      const found = await schedules.list(await findTenant(request));
      const { organization } = scopeOf(request);
      response.set('Cache-Control', 'no-store');
      const items = new ItemByItem(found.map(viewOf));
      await sendInPieces(response, { schedules: items }, () => turns.next(organization));
    },
  });
}

function getSchedule(findTenant: TenantFinder, { schedules }: SchedulePorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${schedulesPath}/:schedule`,
    scope: 'read',
    operation: { id: 'getSchedule', tag, summary: 'Get a schedule' },
    responses: { 200: { description: 'The schedule.', json: schedule } },
    async handle({ request, response }) {
      const tenant = await findTenant(request);
      const id = scheduleIdOf(request);
      const found = await schedules.find(tenant, id);
      if (found === null) throw new ReportError('schedule.not_found', { id });
      response.set('Cache-Control', 'no-store').json(viewOf(found));
    },
  });
}

function createScheduleRoute(findTenant: TenantFinder, ports: SchedulePorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: schedulesPath,
    scope: 'submit',
    operation: { id: 'createSchedule', tag, summary: 'Run a saved report at due times' },
    body: jsonBody(createScheduleBody, {
      maxBytes: maxScheduleBytes,
      example: {
        displayName: 'Every Monday',
        report: '00000000-0000-4000-8000-000000000000',
        cron: '0 6 * * MON',
        timeZone: 'Europe/Berlin',
        catchUp: 'latest',
        overrides: { timeRange: 'lastWeek' },
        delivery: [{ kind: 'webhook', url: 'https://hooks.example.com/reports' }],
      },
    }),
    responses: { 201: { description: 'The schedule.', json: schedule } },
    async handle({ request, response, principal, body: { displayName = null, delivery, ...body }, audit }) {
      const tenant = await findTenant(request);
      const { report, cron, timeZone } = body;
      const created = await createSchedule(
        {
          ...{ tenant, principal },
          audit: ({ id: object }) =>
            audit('schedule.create', { object, details: { report, cron, timeZone } }),
        },
        { displayName, ...body, delivery: delivery.map(targetOf) },
        ports,
      );
      response.status(201).json(viewOf(created));
    },
  });
}

function changeScheduleRoute(findTenant: TenantFinder, ports: SchedulePorts): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path: `${schedulesPath}/:schedule`,
    scope: 'submit',
    operation: { id: 'changeSchedule', tag, summary: 'Change, pause or resume a schedule' },
    body: jsonBody(changeScheduleBody, { maxBytes: maxScheduleBytes, example: { enabled: false } }),
    responses: { 200: { description: 'The changed schedule.', json: schedule } },
    async handle({ request, response, principal, body, audit }) {
      const tenant = await findTenant(request);
      const id = scheduleIdOf(request);
      const { report, cron, timeZone, enabled } = body;
      const described = () =>
        audit('schedule.change', { object: id, details: { report, cron, timeZone, enabled } });
      const change = { ...body, delivery: body.delivery?.map(changedTargetOf) };
      const changed = await changeSchedule({ tenant, principal, id, audit: described }, change, ports);
      response.json(viewOf(changed));
    },
  });
}

function changedTargetOf(target: ChangedTargetBody) {
  return target.kind === 'kept' ? { kind: target.kind, id: target.id.toLowerCase() } : targetOf(target);
}

function deleteSchedule(findTenant: TenantFinder, { schedules }: SchedulePorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${schedulesPath}/:schedule`,
    scope: 'submit',
    operation: { id: 'deleteSchedule', tag, summary: 'Delete a schedule with its history; its queries stay' },
    responses: { 204: { description: 'The schedule is deleted.' } },
    async handle({ request, response, audit }) {
      const tenant = await findTenant(request);
      const id = scheduleIdOf(request);
      const deleted = await schedules.delete(tenant, id, audit('schedule.delete', { object: id }));
      if (!deleted) throw new ReportError('schedule.not_found', { id });
      response.status(204).end();
    },
  });
}
