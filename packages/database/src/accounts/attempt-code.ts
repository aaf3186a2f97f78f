import type { AcceptedCode, AuditEvent, CheckCode, CodeOutcome } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';

/**
 * Wrong codes without a delay, since the last accepted one. They come after the right password only, so
 * they are counted for all addresses together, and delay known addresses, too.
 */
const freeWrongCodes = 5;
const maxDelaySeconds = 900;

/** The factor whose code is checked. */
export interface SoughtFactor {
  readonly organization: string;
  readonly email: string;
  readonly state: 'pending' | 'active';
}

export interface LockedFactor {
  readonly userId: number;
  readonly sealedSecret: Uint8Array;
  readonly lastStep: number | null;
  readonly recoveryHashes: readonly string[];
  readonly nowMs: number;
  /** Until a code is checked again. */
  readonly delaySeconds: number;
}

/**
 * Checks a code in a transaction that locks the factor, so that concurrent checks of all processes are
 * one after another: none misses a code that another one used, or a failure.
 * @param write writes what the code permits, and returns its event
 */
export function attemptCode(
  prisma: ScopedPrisma,
  sought: SoughtFactor,
  check: CheckCode,
  write: (transaction: Connection, factor: LockedFactor, code: AcceptedCode) => Promise<AuditEvent>,
): Promise<CodeOutcome> {
  const { organization } = sought;
  return prisma.transaction({ organization }, async (transaction) => {
    const factor = await lockFactor(transaction, sought);
    if (factor === null) return { kind: 'none' };
    if (factor.delaySeconds > 0) return { kind: 'delayed', seconds: factor.delaySeconds };
    const code = check(factor);
    if (code === null) {
      // Committed, because the outcome is returned and not thrown.
      await countWrongCode(transaction, factor.userId);
      return { kind: 'wrong' };
    }
    await insertAuditEvent(transaction, await write(transaction, factor, code));
    return { kind: 'accepted' };
  });
}

async function lockFactor(
  transaction: Connection,
  { organization, email, state }: SoughtFactor,
): Promise<LockedFactor | null> {
  const [row] = await transaction.$queryRaw<LockedFactor[]>`
    select f.user_id as "userId", f.sealed_secret as "sealedSecret", f.last_step as "lastStep",
           f.recovery_hashes as "recoveryHashes",
           (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs",
           coalesce(greatest(0, ceil(extract(epoch from f.delayed_until - clock_timestamp()))), 0)::integer as "delaySeconds"
      from second_factors f
      join users u on u.id = f.user_id
      join organizations o on o.id = u.organization_id
     where u.email = ${email.toLowerCase()} and o.name = ${organization}
       and (f.confirmed_at is not null) = ${state === 'active'}
       for update of f`;
  return row ?? null;
}

/** The first failure beyond the free ones delays by 1 s, each further one twice as long. */
async function countWrongCode(transaction: Connection, userId: number): Promise<void> {
  await transaction.$executeRaw`
    update second_factors
       set wrong_codes = wrong_codes + 1,
           delayed_until = clock_timestamp() + interval '1 second'
             * case when wrong_codes < ${freeWrongCodes}::integer then 0
                    else least(2 ^ least(wrong_codes - ${freeWrongCodes}::integer, 30), ${maxDelaySeconds}::integer) end
     where user_id = ${userId}::integer`;
}
