import { quoted } from '@hourglass/contract/messages';
import { readDueTimes, type Tenant } from '@hourglass/query';
import { invalidRequest, ReportError, type FieldFault } from '../errors.ts';
import { planRequest, type PlanRequestPorts } from '../queries/submit-query.ts';
import { requestOfRun, type RunOverrides } from '../saved-reports/run-report.ts';
import type { ReportDefinition, SavedReportStore } from '../saved-reports/saved-report.ts';
import { isUuid } from '../uuid.ts';
import type { ScheduleDefinition } from './schedule.ts';

export interface CheckSchedulePorts extends PlanRequestPorts {
  readonly reports: Pick<SavedReportStore, 'find'>;
}

/**
 * Checks due times, report and overrides of a schedule, and that the report could be planned in the
 * environment now. Returns it with report and zone in their usual spelling.
 * @throws ReportError `request.invalid` with every fault
 */
export async function checkSchedule(
  tenant: Tenant,
  definition: ScheduleDefinition,
  ports: CheckSchedulePorts,
): Promise<ScheduleDefinition> {
  const faults: FieldFault[] = [];
  const dueTimes = readDueTimes(definition, ports.nowMs(), (field, message) =>
    faults.push({ field, message }),
  );
  const report = definition.report.toLowerCase();
  const found = isUuid(report)
    ? await ports.reports.find({ organization: tenant.organization, id: report })
    : null;
  if (found === null) {
    const message = `the organization has no saved report ${quoted(definition.report)}; expected the name of one`;
    faults.push({ field: 'report', message });
  } else {
    faults.push(...(await faultsOfRun(tenant, found.definition, definition.overrides, ports)));
  }
  if (faults.length > 0 || dueTimes === null) throw invalidRequest(faults);
  return { ...definition, report, timeZone: dueTimes.timeZone };
}

async function faultsOfRun(
  tenant: Tenant,
  report: ReportDefinition,
  overrides: RunOverrides,
  ports: PlanRequestPorts,
): Promise<readonly FieldFault[]> {
  try {
    const { dataset, request } = requestOfRun(report, overrides);
    await planRequest({ dataset, request, tenant }, ports);
    return [];
  } catch (error) {
    if (!(error instanceof ReportError) || error.code !== 'request.invalid') throw error;
    return error.faults.map((fault) => located(fault, overrides));
  }
}

/** Names the override that a fault is about; other faults are the report's. */
function located({ field, message }: FieldFault, overrides: RunOverrides): FieldFault {
  const [word = field] = field.split(/[.[]/, 1);
  if (word === 'timeRange' || Object.hasOwn(overrides, word)) return { field: `overrides.${field}`, message };
  return { field: 'report', message: `cannot run here: ${field}: ${message}` };
}
