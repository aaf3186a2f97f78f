import type { AuditOf } from '../audit/audit-event.ts';
import type { OrganizationStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { ReportError } from '../errors.ts';
import type { EnvironmentRecord, Principal } from './accounts.ts';

/** @throws ReportError `environment.exists`, `account.limit` */
export function createEnvironment(
  { organization }: Principal,
  name: string,
  {
    organizations,
    audit,
  }: { readonly organizations: OrganizationStore; readonly audit: AuditOf<EnvironmentRecord> },
): Promise<EnvironmentRecord> {
  const rule = (names: readonly string[]) => {
    if (names.includes(name)) {
      throw new ReportError('environment.exists', { organization, environment: name });
    }
    requireWithinLimit('environments', names.length + 1);
  };
  return organizations.createEnvironment(organization, name, rule, audit);
}
