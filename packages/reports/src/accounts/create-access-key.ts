import type { Tenant } from '@hourglass/query';
import type { AccessKeyRecord, AccessKeyStore, NewAccessKey } from './access-keys.ts';
import { requireRoom } from './account-limits.ts';
import { ReportError } from '../errors.ts';
import { sealSecret } from './sealed-secret.ts';

export interface CreateAccessKeyPorts {
  readonly accessKeys: AccessKeyStore;
  /** 32 bytes that encrypt secrets; null: the settings have none. */
  readonly secretKey: Uint8Array | null;
}

/** @throws ReportError `access_key.unavailable` without a key of the settings, `account.limit` */
export function createAccessKey(
  tenant: Tenant,
  { secret, ...key }: Omit<NewAccessKey, 'sealedSecret'> & { readonly secret: string },
  { accessKeys, secretKey }: CreateAccessKeyPorts,
): Promise<AccessKeyRecord> {
  if (secretKey === null) throw new ReportError('access_key.unavailable');
  const sealedSecret = sealSecret(secret, secretKey, key.id);
  return accessKeys.create(tenant, { ...key, sealedSecret }, (count) =>
    requireRoom('access keys', count + 1),
  );
}
