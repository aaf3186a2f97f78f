import { accountLimits, type EnvironmentRecord, type OrganizationStore } from './account-admin.ts';
import { ReportError } from './errors.ts';
import type { Principal } from './ports.ts';

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
    if (names.length >= accountLimits.environments) {
      throw new ReportError('account.limit', { limit: accountLimits.environments, what: 'environments' });
    }
  });
}
