import type { Tenant } from '@hourglass/query';
import type { AccountRule } from './account-admin.ts';

/** Signs requests for the orders of one environment. Belongs to the environment, not to a user. */
export interface AccessKeyRecord {
  readonly id: string;
  readonly description: string | null;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly disabled: boolean;
}

export interface NewAccessKey {
  readonly id: string;
  /** As `sealSecret` made it for the id. */
  readonly sealedSecret: Uint8Array<ArrayBuffer>;
  readonly description: string | null;
  /** By the database's clock; null: it never expires. */
  readonly lifetimeSeconds: number | null;
}

/** What is left out stays as it is. */
export interface AccessKeyChange {
  readonly disabled?: boolean | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/** A key that may sign now. */
export interface UsableAccessKey {
  readonly id: string;
  readonly tenant: Tenant;
  readonly sealedSecret: Uint8Array;
}

export interface AccessKeyStore {
  /** Newest first. */
  list(tenant: Tenant): Promise<readonly AccessKeyRecord[]>;
  /** @param rule is told how many access keys the organization has */
  create(tenant: Tenant, key: NewAccessKey, rule: AccountRule<[count: number]>): Promise<AccessKeyRecord>;
  /** @throws ReportError `access_key.not_found` */
  change(tenant: Tenant, id: string, change: AccessKeyChange): Promise<AccessKeyRecord>;
  /** Null: there is none, it is disabled, or it expired. */
  findUsable(id: string): Promise<UsableAccessKey | null>;
}
