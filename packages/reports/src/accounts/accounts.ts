import type { Tenant } from '@hourglass/query';
import type { QueryScope } from '../queries/query-scope.ts';

/** `read` and `submit` are for queries, `ingest` for facts, `admin` for everything else. */
export const scopes = ['read', 'submit', 'ingest', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/**
 * From least to most privileged; each role includes the previous ones. Only operators create
 * organizations.
 */
export const roles = ['member', 'administrator', 'operator'] as const;
export type Role = (typeof roles)[number];

/** A pending second factor protects nothing: no code has proven yet that the user has the secret. */
export type SecondFactorState = 'none' | 'pending' | 'active';

/** The authenticated caller, bound to one organization. */
/** `code`: a password with the code of a second factor. `token`: a session that was begun with a token. */
export type SignInKind = 'password' | 'code' | 'oidc' | 'token';

export interface Principal {
  readonly organization: string;
  /** The environment that the token is bound to. Null: the whole organization. */
  readonly environment: string | null;
  /**
   * The customers of that environment whose consumption the token may read. Empty: all customers.
   */
  readonly customers: readonly string[];
  /** E-mail address of the user, or of the token's user. Recorded as the submitter of queries. */
  readonly email: string;
  /** Role of that user. */
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** Null: authenticated by password. */
  readonly tokenId: string | null;
  /** The sign-in that made the token. Null: a password, or a token that was made on request. */
  readonly signIn: SignInKind | null;
  /** Whether operators have suspended the organization. */
  readonly isSuspended: boolean;
}

export interface OrganizationRecord {
  readonly name: string;
  readonly createdAt: Date;
  readonly environments: readonly EnvironmentRecord[];
}

export interface EnvironmentRecord {
  readonly name: string;
  readonly createdAt: Date;
}

export interface Accounts {
  /** Null when the token does not exist or has expired. */
  authenticateToken(token: string): Promise<Principal | null>;
  findTenant(scope: QueryScope): Promise<Tenant | null>;
  /** The environments are sorted by name. */
  findOrganization(name: string): Promise<OrganizationRecord | null>;
}
