import type { EnvironmentRecord, OrganizationRecord, Role, Scope } from './accounts.ts';

export interface NewOrganization {
  readonly name: string;
  readonly environments: readonly string[];
  /** Its first user. */
  readonly user: NewUser;
  /** Of that user: every scope of the role, never expires. */
  readonly token: string;
}

export interface NewUser {
  readonly email: string;
  readonly role: Role;
  readonly password: string;
}

export interface UserRecord {
  /** In lower case, as in every other record; whatever case one is looked for in. */
  readonly email: string;
  readonly role: Role;
  readonly createdAt: Date;
}

/** What is left out stays as it is. */
export interface UserChange {
  readonly role?: Role | undefined;
  readonly password?: string | undefined;
}

export interface NewToken {
  readonly email: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
  readonly description: string | null;
  /** By the database's clock; null: it never expires. */
  readonly lifetimeSeconds: number | null;
  /** The only environment that it is good for; null: all of the organization. */
  readonly environment: string | null;
  /** The only customers of that environment whose consumption it may see; empty: it is not bound to any. */
  readonly customers: readonly string[];
}

export interface TokenRecord {
  readonly id: string;
  readonly email: string;
  /** Of its user. */
  readonly role: Role;
  /** Those of the granted ones that its user has now. */
  readonly scopes: readonly Scope[];
  readonly description: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** As in `NewToken`. */
  readonly environment: string | null;
  readonly customers: readonly string[];
}

/**
 * Decides about a write by what there is. Until the write is committed nobody else changes that: writes of one
 * organization follow each other. It throws to refuse, and nothing is written.
 */
export type AccountRule<Existing extends readonly unknown[]> = (...existing: Existing) => void;

export interface OrganizationStore {
  /** All of it or nothing. @throws ReportError `organization.exists`, `user.exists` */
  create(organization: NewOrganization): Promise<OrganizationRecord>;
  createEnvironment(
    organization: string,
    name: string,
    rule: AccountRule<[names: readonly string[]]>,
  ): Promise<EnvironmentRecord>;
}

/** Users of one organization, which every method is given first; another's do not exist for it. */
export interface UserStore {
  /** In the order of their e-mail addresses. */
  list(organization: string): Promise<readonly UserRecord[]>;
  find(organization: string, email: string): Promise<UserRecord | null>;
  /** @throws ReportError `user.exists`, whichever organization has a user of this e-mail address */
  create(organization: string, user: NewUser, rule: AccountRule<[count: number]>): Promise<UserRecord>;
  /** @throws ReportError `user.not_found` */
  change(organization: string, email: string, change: UserChange, rule: UserRule): Promise<UserRecord>;
  /** With the user's tokens. @throws ReportError `user.not_found` */
  delete(organization: string, email: string, rule: UserRule): Promise<void>;
}

export type UserRule = AccountRule<[user: UserRecord, others: readonly UserRecord[]]>;

/** Tokens of one organization's users. */
export interface TokenStore {
  /** Newest first. */
  list(organization: string): Promise<readonly TokenRecord[]>;
  /**
   * Also forgets the organization's tokens that expired more than 30 days ago.
   * @param rule is told how many tokens the organization has, and the names of its environments
   * @throws ReportError `user.not_found`
   */
  create(
    organization: string,
    token: NewToken,
    rule: AccountRule<[user: UserRecord, count: number, environments: readonly string[]]>,
  ): Promise<TokenRecord>;
  /** @throws ReportError `token.not_found` */
  delete(organization: string, id: string, rule: AccountRule<[token: TokenRecord]>): Promise<void>;
}
