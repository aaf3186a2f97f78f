import { openDatabase } from '@hourglass/database';
import { scopes, type Role, type Scope } from '@hourglass/reports';
import { createTestAdmin } from './test-admin.ts';

/** One more organization beside that of the test, with environments, a user and a token. */
export async function createTestTenant(
  databaseUrl: string,
  tenant: {
    organization: string;
    environments: readonly string[];
    token: string;
    tokenScopes?: readonly Scope[];
    /** Of the user whose token it is. */
    role?: Role;
    /** The only one that the token is good for. */
    environment?: string;
    /** The only ones whose consumption the token may see. */
    customers?: readonly string[];
  },
): Promise<void> {
  const { organization, environments, token, tokenScopes = scopes, role = 'member' } = tenant;
  const { environment, customers = [] } = tenant;
  const email = `owner@${organization}.example`;
  const database = openDatabase({ url: databaseUrl, poolSize: 2 });
  const admin = createTestAdmin(database, databaseUrl);
  try {
    await admin.createOrganization(organization);
    for (const name of environments) await admin.createEnvironment({ organization, name });
    await admin.createUser({
      organization,
      email,
      password: `password of ${organization}`,
      role,
    });
    await admin.createToken({
      email,
      token,
      scopes: tokenScopes,
      ...(environment === undefined ? {} : { environment }),
      customers,
    });
  } finally {
    await database.close();
  }
}
