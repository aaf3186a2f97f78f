import { ReportError, scopesOfRole, type OrganizationRecord, type Role } from '@hourglass/reports';
import { unlessTaken, type Connection } from './changing-organization.ts';
import { tokenHash } from './token-hash.ts';

export interface WholeOrganization {
  readonly name: string;
  readonly environments: readonly string[];
  readonly user: { readonly email: string; readonly role: Role; readonly passwordHash: string };
  readonly token: string;
}

export const organizationColumns = {
  name: true,
  createdAt: true,
  environments: { select: { name: true, createdAt: true }, orderBy: { name: 'asc' } },
} as const;

/**
 * An organization, its environments, its first user and the token of that user, in the caller's transaction.
 * @throws ReportError `organization.exists`, `user.exists`; the transaction has to end then
 */
export async function insertOrganization(
  transaction: Connection,
  { name, environments, user, token }: WholeOrganization,
): Promise<OrganizationRecord> {
  const { id } = await unlessTaken(
    transaction.organization.create({ data: { name }, select: { id: true } }),
    new ReportError('organization.exists', { organization: name }),
  );
  await transaction.environment.createMany({
    data: environments.map((environment) => ({ organizationId: id, name: environment })),
  });
  const { email, role, passwordHash } = user;
  const tokens = { create: { hash: tokenHash(token), scopes: [...scopesOfRole[role]] } };
  await unlessTaken(
    transaction.user.create({
      data: { organizationId: id, email: email.toLowerCase(), role, passwordHash, tokens },
    }),
    new ReportError('user.exists', { email }),
  );
  return transaction.organization.findUniqueOrThrow({ where: { id }, select: organizationColumns });
}
