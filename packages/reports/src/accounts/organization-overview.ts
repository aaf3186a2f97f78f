import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import type { OwnCeilings } from './ceilings.ts';

/** An organization as operators see it: nothing of its data. */
export interface OrganizationOverview {
  readonly name: string;
  readonly createdAt: Date;
  /** Null: not suspended. */
  readonly suspendedAt: Date | null;
  /** Within a minute of the last accepted request. Null: none yet. */
  readonly lastUsedAt: Date | null;
  readonly environments: number;
  readonly users: number;
  readonly tokens: number;
  /** Links to results that have not expired. */
  readonly links: number;
  readonly ceilings: OwnCeilings;
}

export interface OverviewCriteria {
  /** Only this organization. */
  readonly name: string | null;
  /** The page begins after this name. */
  readonly after: string | null;
}

export interface OrganizationOverviews {
  /** Lists the organizations by name. */
  list(criteria: OverviewCriteria, limit: number): Promise<readonly OrganizationOverview[]>;
}

/** @throws ReportError `auth.role` unless the caller is an operator */
export async function listOrganizations(
  principal: Principal,
  criteria: OverviewCriteria,
  { overviews, limit }: { readonly overviews: OrganizationOverviews; readonly limit: number },
): Promise<readonly OrganizationOverview[]> {
  requireRole(principal, 'operator');
  return overviews.list(criteria, limit);
}
