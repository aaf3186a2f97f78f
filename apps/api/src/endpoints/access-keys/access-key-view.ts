import type { AccessKeyView } from '@hourglass/contract';
import type { AccessKeyRecord } from '@hourglass/reports';

export const accessKeysPath = '/v1/organizations/:organization/environments/:environment/accessKeys';
export const accessKeysTag = 'Access keys';
/** For bodies of at most a short text and a number. */
export const maxAccessKeyBodyBytes = 4_096;

export function accessKeyViewOf({
  id,
  description,
  createdAt,
  expiresAt,
  disabled,
}: AccessKeyRecord): AccessKeyView {
  const created = createdAt.toISOString();
  return { accesskeyId: id, description, created, expires: expiresAt?.toISOString() ?? null, disabled };
}
