import { randomBytes } from 'node:crypto';
import type { SigningKeys } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';

export const signingKeyBytes = 32;

export function createSigningKeys(prisma: PrismaClient): SigningKeys {
  return { keyFor: (purpose) => servedByDatabase(() => keyFor(prisma, purpose)) };
}

async function keyFor(prisma: PrismaClient, purpose: string): Promise<Uint8Array> {
  const stored = await prisma.signingKey.findUnique({ where: { purpose } });
  if (stored !== null) return stored.key;
  // The first process to insert wins; the others read its key.
  await prisma.signingKey.createMany({
    data: [{ purpose, key: randomBytes(signingKeyBytes) }],
    skipDuplicates: true,
  });
  return (await prisma.signingKey.findUniqueOrThrow({ where: { purpose } })).key;
}
