import type { Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import type { AccountRule } from './account-admin.ts';

/**
 * An access key, which signs requests for the orders of one environment. It belongs to the
 * environment, not to a user.
 */
export interface AccessKeyRecord {
  readonly id: string;
  readonly description: string | null;
  readonly createdAt: Date;
  /** Null when the key never expires. */
  readonly expiresAt: Date | null;
  readonly disabled: boolean;
}

export interface NewAccessKey {
  readonly id: string;
  /** The result of `sealSecret` with the key's id as owner. */
  readonly sealedSecret: Uint8Array<ArrayBuffer>;
  readonly description: string | null;
  /** Lifetime by the database's clock. Null when the key never expires. */
  readonly lifetimeSeconds: number | null;
}

/** Omitted fields keep their values. */
export interface AccessKeyChange {
  readonly disabled?: boolean | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/** A key that is valid now. */
export interface UsableAccessKey {
  readonly id: string;
  readonly tenant: Tenant;
  readonly isSuspended: boolean;
  readonly sealedSecret: Uint8Array;
}

export interface AccessKeyStore {
  /** Lists the keys, newest first. */
  list(tenant: Tenant): Promise<readonly AccessKeyRecord[]>;
  /** @param rule receives the number of the organization's access keys */
  create(
    tenant: Tenant,
    key: NewAccessKey,
    rule: AccountRule<[count: number]>,
    audit: AuditOf<AccessKeyRecord>,
  ): Promise<AccessKeyRecord>;
  /** @throws ReportError `access_key.not_found` */
  change(
    tenant: Tenant,
    id: string,
    change: AccessKeyChange,
    audit: AuditOf<AccessKeyRecord>,
  ): Promise<AccessKeyRecord>;
  /** Null when the key does not exist, is disabled or has expired. */
  findUsable(id: string): Promise<UsableAccessKey | null>;
}
