import type { AuditOf } from '../audit/audit-event.ts';
import type {
  EnvironmentRecord,
  OrganizationRecord,
  Role,
  Scope,
  SecondFactorState,
  SignInKind,
} from './accounts.ts';

export interface NewOrganization {
  readonly name: string;
  readonly environments: readonly string[];
  /** The first user. */
  readonly user: NewUser;
  /** Token of the first user, with every scope of the role and without expiry. */
  readonly token: string;
}

export interface NewUser {
  readonly email: string;
  readonly role: Role;
  /** The result of `hashPassword`. */
  readonly passwordHash: string;
}

export interface UserRecord {
  /** Always in lower case. Lookups are case-insensitive. */
  readonly email: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly secondFactor: SecondFactorState;
}

/** Omitted fields keep their values. */
export interface UserChange {
  readonly role?: Role | undefined;
  /** The result of `hashPassword`. */
  readonly passwordHash?: string | undefined;
  /** Also deletes the tokens of the user's sign-ins, with an event of each. Undefined: they stay. */
  readonly endedSignIns?: AuditOf<TokenRecord> | undefined;
}

export interface NewToken {
  readonly email: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
  readonly description: string | null;
  /** Lifetime by the database's clock. Null when the token never expires. */
  readonly lifetimeSeconds: number | null;
  /** The environment that the token is bound to. Null: it is valid for the whole organization. */
  readonly environment: string | null;
  /**
   * The customers of that environment whose consumption the token may read. Empty: all customers.
   */
  readonly customers: readonly string[];
  /** The caller. The token ends with this user and, if the caller used a token that expires, with that. */
  readonly maker: { readonly email: string; readonly tokenId: string | null };
  /** The sign-in that makes it. */
  readonly signIn: SignInKind | null;
}

export interface TokenRecord {
  readonly id: string;
  readonly email: string;
  /** Role of the user. */
  readonly role: Role;
  /** The granted scopes that the roles of the user and the maker still have. */
  readonly scopes: readonly Scope[];
  readonly description: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** E-mail of the maker. Null: made by an earlier version or together with its organization. */
  readonly madeBy: string | null;
  /** Id of the token with which it was made. Null: made with a password, or as for `madeBy`. */
  readonly madeWith: string | null;
  /** Within a minute. Null: never used. */
  readonly lastUsedAt: Date | null;
  /** As in `NewToken`. */
  readonly environment: string | null;
  readonly customers: readonly string[];
}

/**
 * Validates a write against the existing state and throws to refuse it. Writes of one organization
 * are serialized, so the state cannot change before the commit.
 */
export type AccountRule<Existing extends readonly unknown[]> = (...existing: Existing) => void;

/** With `isDryRun` nothing is deleted, and no event is written. */
export interface DeletionTerms {
  readonly isDryRun: boolean;
}

/** Numbers of what a deletion deletes. */
export interface TenantContents {
  readonly facts: number;
  readonly batches: number;
  readonly queries: number;
}

export type EnvironmentDeletion = TenantContents;

export interface OrganizationDeletion extends TenantContents {
  /** Names of its environments. */
  readonly environments: readonly string[];
  readonly users: number;
}

export interface OrganizationStore {
  /**
   * Creates everything in one transaction.
   * @throws ReportError `organization.exists`, `user.exists`
   */
  create(organization: NewOrganization, audit: AuditOf<OrganizationRecord>): Promise<OrganizationRecord>;
  createEnvironment(
    organization: string,
    name: string,
    rule: AccountRule<[names: readonly string[]]>,
    audit: AuditOf<EnvironmentRecord>,
  ): Promise<EnvironmentRecord>;
  /**
   * Makes the environment invisible and ends its queries. `sweepDeletedTenants` deletes its data.
   * @throws ReportError `environment.not_found`
   */
  deleteEnvironment(
    place: { readonly organization: string; readonly environment: string },
    terms: DeletionTerms,
    audit: AuditOf<EnvironmentDeletion>,
  ): Promise<EnvironmentDeletion>;
  /**
   * Refuses the credentials and links of an organization. Its running queries are requeued, and no
   * worker claims its queries until `resume`.
   * @throws ReportError `organization.not_found`
   */
  suspend(organization: string, audit: AuditOf<void>): Promise<void>;
  /** @throws ReportError `organization.not_found` */
  resume(organization: string, audit: AuditOf<void>): Promise<void>;
  /**
   * Deletes the users and makes the organization and its environments invisible.
   * `sweepDeletedTenants` deletes their data.
   * @param names `caller` is the caller's organization, which must exist
   * @throws ReportError `organization.not_found`
   */
  delete(
    names: { readonly caller: string; readonly organization: string },
    terms: DeletionTerms,
    audit: AuditOf<OrganizationDeletion>,
  ): Promise<OrganizationDeletion>;
}

/**
 * Users of the organization that is the first argument. Users of other organizations are not found.
 */
export interface UserStore {
  /** Lists the users by e-mail address. */
  list(organization: string): Promise<readonly UserRecord[]>;
  find(organization: string, email: string): Promise<UserRecord | null>;
  /** @throws ReportError `user.exists` when the e-mail address is in use in any organization */
  create(
    organization: string,
    user: NewUser,
    rule: AccountRule<[count: number]>,
    audit: AuditOf<UserRecord>,
  ): Promise<UserRecord>;
  /** @throws ReportError `user.not_found` */
  change(
    organization: string,
    email: string,
    change: UserChange,
    rule: UserRule,
    audit: AuditOf<UserRecord>,
  ): Promise<UserRecord>;
  /**
   * Deletes the user, the user's tokens and those that the user made.
   * @throws ReportError `user.not_found`
   */
  delete(organization: string, email: string, rule: UserRule, audit: AuditOf<void>): Promise<void>;
}

export type UserRule = AccountRule<[user: UserRecord, others: readonly UserRecord[]]>;

/** Tokens of the users of one organization. */
export interface TokenStore {
  /** Lists the tokens, newest first. */
  list(organization: string): Promise<readonly TokenRecord[]>;
  /**
   * Also deletes the organization's tokens that expired longer ago than they lived, or more than 30 days ago.
   * @param rule receives the number of the organization's tokens, the names of its environments, and the number of
   * the user's valid tokens that expire
   * @throws ReportError `user.not_found`, or `auth.token` when the token of the caller was deleted meanwhile
   */
  create(
    organization: string,
    token: NewToken,
    rule: AccountRule<
      [user: Pick<UserRecord, 'role'>, count: number, environments: readonly string[], expiringOfUser: number]
    >,
    audit: AuditOf<TokenRecord>,
  ): Promise<TokenRecord>;
  /**
   * Deletes a token and its links, and, with `withMade`, all tokens that were made with it, directly or
   * with one of those. Without it these count as made with the token that made it.
   * @param rule receives each token
   * @throws ReportError `token.not_found`
   */
  delete(
    organization: string,
    { id, withMade }: { readonly id: string; readonly withMade?: boolean },
    rule: AccountRule<[token: TokenRecord]>,
    audit: AuditOf<TokenRecord>,
  ): Promise<void>;
  /** Deletes the tokens of the sign-ins of a user, with an event of each, and keeps what was made with them. */
  deleteSignIns(organization: string, email: string, audit: AuditOf<TokenRecord>): Promise<void>;
}
