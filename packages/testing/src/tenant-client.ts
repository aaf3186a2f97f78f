import { contractClient, type ContractClient } from './contract-client.ts';
import type { TestTenant } from './test-tenant.ts';

/** Clients of an API that send a tenant's token. */
export function tenantClient(
  url: string,
  { organization: own, token }: Pick<TestTenant, 'organization' | 'token'>,
): {
  readonly client: ContractClient;
  clientOf(organization: string, environment: string, authorization?: string): ContractClient;
} {
  const clientOf = (organization: string, environment: string, authorization = `Bearer ${token}`) =>
    contractClient({
      environmentUrl: `${url}/v1/organizations/${organization}/environments/${environment}`,
      authorization,
    });
  return { client: clientOf(own, 'prod'), clientOf };
}
