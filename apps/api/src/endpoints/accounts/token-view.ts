import type { TokenView } from '@hourglass/contract';
import type { TokenRecord } from '@hourglass/reports';

export const tokensPath = '/v1/organizations/:organization/tokens';
export const tokensTag = 'Tokens';

export function tokenViewOf({
  id,
  email,
  scopes,
  description,
  createdAt,
  expiresAt,
  environment,
  customers,
}: TokenRecord): TokenView {
  const created = createdAt.toISOString();
  return {
    id,
    email,
    scopes: [...scopes],
    description,
    created,
    expires: expiresAt?.toISOString() ?? null,
    environment,
    customers: [...customers],
  };
}
