import type { OrganizationStore } from './account-admin.ts';
import { requireRoom } from './account-limits.ts';
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
    requireRoom('environments', names.length + 1);
  });
}
