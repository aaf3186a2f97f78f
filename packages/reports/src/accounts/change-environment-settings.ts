import type { Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import { isAtLeast } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import { effectiveCeilings, requireWithinCeilings, type Ceilings, type OwnCeilings } from './ceilings.ts';
import type {
  EnvironmentSettings,
  EnvironmentSettingsChange,
  EnvironmentSettingsStore,
} from './environment-settings.ts';

export interface ChangeEnvironmentSettingsPorts {
  readonly settings: EnvironmentSettingsStore;
  readonly defaultCeilings: Ceilings;
}

/**
 * Changes settings of an environment within the ceilings of its organization.
 * @throws ReportError `request.invalid` for a value above its ceiling
 */
export function changeEnvironmentSettings(
  principal: Principal,
  tenant: Tenant,
  change: EnvironmentSettingsChange,
  {
    settings,
    defaultCeilings,
    audit,
  }: ChangeEnvironmentSettingsPorts & { readonly audit: AuditOf<EnvironmentSettings> },
): Promise<EnvironmentSettings> {
  const rule = (own: OwnCeilings) =>
    requireWithinCeilings(change, ceilingsFor(principal, own, defaultCeilings));
  return settings.change(tenant, change, rule, audit);
}

/** The defaults do not bind operators, whose defaults they are; a ceiling of the organization does. */
export function ceilingsFor(principal: Principal, own: OwnCeilings, defaults: Ceilings): OwnCeilings {
  return isAtLeast(principal.role, 'operator') ? own : effectiveCeilings(own, defaults);
}
