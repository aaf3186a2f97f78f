import { randomBytes } from 'node:crypto';
import type { SigningKeys } from '@hourglass/reports';
import { everyTenant } from '../connection/scope.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';

export const signingKeyBytes = 32;

export function createSigningKeys(prisma: ScopedPrisma): SigningKeys {
  return {
    keyFor: (purpose) => prisma.transaction(everyTenant, (transaction) => keyFor(transaction, purpose)),
  };
}

async function keyFor(transaction: Connection, purpose: string): Promise<Uint8Array> {
  const stored = await transaction.signingKey.findUnique({ where: { purpose } });
  if (stored !== null) return stored.key;
  // The first process to insert wins; the others read its key.
  await transaction.signingKey.createMany({
    data: [{ purpose, key: randomBytes(signingKeyBytes) }],
    skipDuplicates: true,
  });
  return (await transaction.signingKey.findUniqueOrThrow({ where: { purpose } })).key;
}
