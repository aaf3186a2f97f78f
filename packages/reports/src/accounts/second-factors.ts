import type { AuditOf } from '../audit/audit-event.ts';
import type { AccountRule, UserRecord } from './account-admin.ts';
import type { SecondFactorState } from './accounts.ts';

export interface SecondFactorRecord {
  readonly state: SecondFactorState;
  /** Null unless it is active. */
  readonly confirmedAt: Date | null;
  readonly recoveryCodesLeft: number;
}

/** The part of a factor that codes are checked against. */
export interface StoredSecondFactor {
  /** The base32 secret, sealed with `secretOwner`. */
  readonly sealedSecret: Uint8Array;
  /** Step of the newest accepted code. Null: none was accepted. */
  readonly lastStep: number | null;
  /** Results of `recoveryHash` for the unused recovery codes. */
  readonly recoveryHashes: readonly string[];
  /** By the database's clock, which is one for all API processes. */
  readonly nowMs: number;
}

export type AcceptedCode =
  | { readonly kind: 'code'; readonly step: number }
  | { readonly kind: 'recoveryCode'; readonly hash: string };

/** Null: the code is wrong, or was used before. */
export type CheckCode = (factor: StoredSecondFactor) => AcceptedCode | null;

/** `none`: there is no factor to check against. `delayed`: the code was not checked. */
export type CodeOutcome =
  | { readonly kind: 'accepted' | 'wrong' | 'none' }
  | { readonly kind: 'delayed'; readonly seconds: number };

export interface UsedCode {
  readonly kind: AcceptedCode['kind'];
  readonly recoveryCodesLeft: number;
}

/**
 * Second factors of users of the organization that is the first argument. Every check of a code locks
 * the factor: of concurrent uses of a code, one is accepted. Wrong codes are counted with the factor, and
 * beyond the free ones delay the next.
 */
export interface SecondFactorStore {
  /** @throws ReportError `user.not_found` */
  find(organization: string, email: string): Promise<SecondFactorRecord>;
  /**
   * Makes a pending factor, in place of an earlier pending one.
   * @throws ReportError `user.not_found`, `second_factor.active`
   */
  start(
    organization: string,
    email: string,
    sealedSecret: Uint8Array<ArrayBuffer>,
    audit: AuditOf<void>,
  ): Promise<void>;
  /** Activates a pending factor if the code is accepted. */
  confirm(
    organization: string,
    email: string,
    confirmation: { readonly check: CheckCode; readonly recoveryHashes: readonly string[] },
    audit: AuditOf<void>,
  ): Promise<CodeOutcome>;
  /** Uses up a code of an active factor. */
  use(organization: string, email: string, check: CheckCode, audit: AuditOf<UsedCode>): Promise<CodeOutcome>;
  /** Deletes an active factor if the code is accepted. */
  removeWithCode(
    organization: string,
    email: string,
    check: CheckCode,
    audit: AuditOf<void>,
  ): Promise<CodeOutcome>;
  /**
   * Deletes a pending or active factor.
   * @throws ReportError `user.not_found`, `second_factor.not_found`
   */
  remove(
    organization: string,
    email: string,
    rule: AccountRule<[user: UserRecord]>,
    audit: AuditOf<void>,
  ): Promise<void>;
}
