import { ReportError, type AcceptedCode, type SecondFactorStore } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import { attemptCode } from './attempt-code.ts';
import { stateOf, userColumns, userRecord } from './user-store.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

export function createSecondFactorStore(prisma: ScopedPrisma): SecondFactorStore {
  return { ...withoutCode(prisma), ...withCode(prisma) };
}

function withoutCode(prisma: ScopedPrisma): Pick<SecondFactorStore, 'find' | 'start' | 'remove'> {
  return {
    find: (organization, email) =>
      prisma.transaction({ organization }, async (transaction) => {
        const { id } = await findUser(transaction, organization, email);
        const factor = await transaction.secondFactor.findUnique({
          where: { userId: id },
          select: { confirmedAt: true, recoveryHashes: true },
        });
        return {
          state: stateOf(factor),
          confirmedAt: factor?.confirmedAt ?? null,
          recoveryCodesLeft: factor?.recoveryHashes.length ?? 0,
        };
      }),
    start: (organization, email, sealedSecret, audit) =>
      prisma.transaction({ organization }, async (transaction) => {
        const user = await findUser(transaction, organization, email);
        const started = await transaction.$executeRaw`
          insert into second_factors as f (user_id, sealed_secret, recovery_hashes)
          values (${user.id}::integer, ${sealedSecret}, '{}')
          on conflict (user_id) do update
             set sealed_secret = excluded.sealed_secret, started_at = now(), wrong_codes = 0, delayed_until = null
           where f.confirmed_at is null`;
        if (started === 0) throw new ReportError('second_factor.active', { email: user.email });
        await insertAuditEvent(transaction, audit());
      }),
    remove: (organization, email, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction) => {
        const user = await findUser(transaction, organization, email);
        rule(userRecord(user));
        const { count } = await transaction.secondFactor.deleteMany({ where: { userId: user.id } });
        if (count === 0) throw new ReportError('second_factor.not_found', { email: user.email });
        await insertAuditEvent(transaction, audit());
      }),
  };
}

function withCode(prisma: ScopedPrisma): Pick<SecondFactorStore, 'confirm' | 'use' | 'removeWithCode'> {
  return {
    confirm(organization, email, { check, recoveryHashes }, audit) {
      const sought = { organization, email, state: 'pending' } as const;
      return attemptCode(prisma, sought, check, async (transaction, { userId, nowMs }, code) => {
        const confirmed = { confirmedAt: new Date(nowMs), recoveryHashes: [...recoveryHashes] };
        const data = { ...changesBy(code), ...confirmed };
        await transaction.secondFactor.update({ where: { userId }, data });
        return audit();
      });
    },
    use(organization, email, check, audit) {
      const sought = { organization, email, state: 'active' } as const;
      return attemptCode(prisma, sought, check, async (transaction, { userId, recoveryHashes }, code) => {
        const isLeft = (hash: string) => code.kind !== 'recoveryCode' || hash !== code.hash;
        const left = recoveryHashes.filter(isLeft);
        const data = { ...changesBy(code), recoveryHashes: left };
        await transaction.secondFactor.update({ where: { userId }, data });
        return audit({ kind: code.kind, recoveryCodesLeft: left.length });
      });
    },
    removeWithCode(organization, email, check, audit) {
      const sought = { organization, email, state: 'active' } as const;
      return attemptCode(prisma, sought, check, async (transaction, { userId }) => {
        await transaction.secondFactor.delete({ where: { userId } });
        return audit();
      });
    },
  };
}

/** @throws ReportError `user.not_found` */
async function findUser(transaction: Connection, organization: string, email: string) {
  const user = await transaction.user.findFirst({
    where: { email: email.toLowerCase(), organization: { name: organization } },
    select: { id: true, ...userColumns },
  });
  if (user === null) throw new ReportError('user.not_found', { email });
  return user;
}

/** An accepted code also ends the delays. */
function changesBy(code: AcceptedCode): {
  readonly lastStep?: number;
  readonly wrongCodes: number;
  readonly delayedUntil: null;
} {
  return { ...(code.kind === 'code' ? { lastStep: code.step } : {}), wrongCodes: 0, delayedUntil: null };
}
