import { escapeLiteral } from 'pg';
import type { ProcessRoles } from './roles.ts';

/** Whose rows a statement may see. Policies of the database enforce it beside the statement's own conditions. */
export type Scope = EnvironmentScope | OrganizationScope | RequestsScope | typeof everyTenant;

interface EnvironmentScope {
  readonly environmentId: number;
}

/** An organization with all its environments, or with the named one only. */
export interface OrganizationScope {
  readonly organization: string;
  readonly environment?: string;
}

/** The tenants that the requests of one batch of reads name. */
interface RequestsScope {
  readonly tenants: readonly OrganizationScope[];
}

/** For work that spans tenants by its nature. */
export const everyTenant = 'every tenant';

/** Values of settings of PostgreSQL by their names. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Returns the settings of a transaction within the scope. The setting `role` is left out where it is
 * the connection's.
 */
export function settingsOf(scope: Scope, roles: ProcessRoles | null): Settings {
  if (scope === everyTenant) return roleSetting(roles, 'everyTenant');
  if ('environmentId' in scope) {
    const environmentId = String(scope.environmentId);
    return { ...roleSetting(roles, 'environment'), 'hourglass.environment': environmentId };
  }
  if ('tenants' in scope) {
    const { tenants } = scope;
    return {
      ...roleSetting(roles, 'requests'),
      // Planning costs more than the reads. The conditions of policies let PostgreSQL prefer a plan for each execution.
      plan_cache_mode: 'force_generic_plan',
      'hourglass.organizations': arrayText(tenants.map(({ organization }) => organization)),
      'hourglass.environments': arrayText(tenants.map(({ environment = '' }) => environment)),
    };
  }
  const { organization, environment = '' } = scope;
  return {
    ...roleSetting(roles, 'organization'),
    'hourglass.organization': organization,
    'hourglass.environment_name': environment,
  };
}

function roleSetting(
  roles: ProcessRoles | null,
  kind: Exclude<keyof ProcessRoles, 'base'>,
): { readonly role?: string } {
  return roles === null || roles[kind] === roles.base ? {} : { role: roles[kind] };
}

/**
 * Returns the text that begins a transaction with these settings. `set local`, because a `select`
 * would fix the snapshot of the transaction.
 */
export function beginWith(settings: Settings, begin: string): string {
  const sets = Object.entries(settings).map(
    ([name, value]) => `; set local ${name} = ${name === 'role' ? value : escapeLiteral(value)}`,
  );
  return `${begin}${sets.join('')}`;
}

/** Makes the text of an array of PostgreSQL. */
export function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}
