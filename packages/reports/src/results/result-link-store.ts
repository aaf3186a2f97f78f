import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';
import type { QueryScope } from '../queries/query-scope.ts';
import type { Principal } from '../accounts/accounts.ts';

export interface NewResultLink {
  readonly queryId: string;
  readonly principal: Pick<Principal, 'organization' | 'email' | 'tokenId'>;
  readonly lifetimeSeconds: number;
}

export interface ResultLinkRecord {
  readonly id: string;
  readonly queryId: string;
  readonly environment: string;
  /** E-mail address of the user with whose credentials it was made. */
  readonly email: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** One link, those of a user, or all of an organization. */
export type RevokedLinks =
  | { readonly kind: 'one'; readonly id: string }
  | { readonly kind: 'user'; readonly email: string }
  | { readonly kind: 'all' };

/** Links to archives. A link works while it is stored: it ends with its user, token and query. */
export interface ResultLinkStore {
  /** @param audit its object becomes the id of the link */
  create(link: NewResultLink, audit: AuditEvent): Promise<{ readonly id: string; readonly expiresAt: Date }>;
  /** Where its query is, and whether the organization is suspended. Null: revoked or expired. */
  findUsable(
    id: string,
  ): Promise<(QueryScope & { readonly queryId: string; readonly isSuspended: boolean }) | null>;
  /** Lists the newest links of an organization that have not expired. */
  list(organization: string, limit: number): Promise<readonly ResultLinkRecord[]>;
  /**
   * Returns the number of revoked links.
   * @throws ReportError `organization.not_found`; `link.not_found` for one that does not exist
   */
  revoke(organization: string, links: RevokedLinks, audit: AuditOf<number>): Promise<number>;
  /** Makes a new key for signatures and revokes every link of every organization. */
  rotateKey(audit: AuditOf<number>): Promise<number>;
  /** Deletes up to `limit` expired links and returns their number. */
  deleteExpired(limit: number): Promise<number>;
}

/** The purpose of the key that signs links. */
export const resultLinkKeyPurpose = 'result-links';
