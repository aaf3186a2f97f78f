import type { OrganizationStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { ReportError } from '../errors.ts';
import type { EnvironmentRecord, Principal } from './accounts.ts';

/** @throws ReportError `environment.exists`, `account.limit` */
export function createEnvironment(
  { organization }: Principal,
  name: string,
  organizations: OrganizationStore,
): Promise<EnvironmentRecord> {
  return organizations.createEnvironment(organization, name, (names) => {
    if (names.includes(name)) {
      throw new ReportError('environment.exists', { organization, environment: name });
    }
    requireWithinLimit('environments', names.length + 1);
  });
}
