import { ReportError, scopesOfRole, type OrganizationRecord, type Role } from '@hourglass/reports';
import type { Connection } from '../connection/scoped-prisma.ts';
import { withDuplicateError } from './with-organization-lock.ts';
import { tokenHash } from './token-hash.ts';

export interface OrganizationToInsert {
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
 * Inserts an organization with its environments, its first user and that user's token in the
 * caller's transaction.
 * @throws ReportError `organization.exists`, `user.exists`; the transaction must then be rolled
 * back
 */
export async function insertOrganization(
  transaction: Connection,
  { name, environments, user, token }: OrganizationToInsert,
): Promise<OrganizationRecord> {
  const { id } = await withDuplicateError(
    transaction.organization.create({ data: { name }, select: { id: true } }),
    new ReportError('organization.exists', { organization: name }),
  );
  await transaction.environment.createMany({
    data: environments.map((environment) => ({ organizationId: id, name: environment })),
  });
  const { email, role, passwordHash } = user;
  const tokens = { create: { hash: tokenHash(token), scopes: [...scopesOfRole[role]] } };
  await withDuplicateError(
    transaction.user.create({
      data: { organizationId: id, email: email.toLowerCase(), role, passwordHash, tokens },
    }),
    new ReportError('user.exists', { email }),
  );
  return transaction.organization.findUniqueOrThrow({ where: { id }, select: organizationColumns });
}
