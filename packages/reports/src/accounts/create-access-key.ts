import type { Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';
import type { AccessKeyRecord, AccessKeyStore, NewAccessKey } from './access-keys.ts';
import { requireWithinLimit } from './account-limits.ts';
import { ReportError } from '../errors.ts';
import { sealSecret } from './sealed-secret.ts';

export interface CreateAccessKeyPorts {
  readonly accessKeys: AccessKeyStore;
  /** 32 bytes that encrypt secrets. Null when the setting is missing. */
  readonly secretKey: Uint8Array | null;
}

/** @throws ReportError `access_key.unavailable` without a secret key, `account.limit` */
export function createAccessKey(
  tenant: Tenant,
  { secret, ...key }: Omit<NewAccessKey, 'sealedSecret'> & { readonly secret: string },
  { accessKeys, secretKey, audit }: CreateAccessKeyPorts & { readonly audit: AuditOf<AccessKeyRecord> },
): Promise<AccessKeyRecord> {
  if (secretKey === null) throw new ReportError('access_key.unavailable');
  const sealedSecret = sealSecret(secret, secretKey, key.id);
  return accessKeys.create(tenant, { ...key, sealedSecret }, requireRoomForKey, audit);
}

function requireRoomForKey(count: number): void {
  requireWithinLimit('access keys', count + 1);
}
