import type { SignInRecords } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import { signInReader } from '../request-reads/sign-in-reader.ts';
import { addressKey, failureKeys } from './sign-in-keys.ts';

/**
 * Wrong passwords without a delay. An address may be an office or a proxy with many users, and an
 * account is also guessed at from many addresses.
 */
const freeFailures = { pair: 5, address: 50, account: 100 } as const;

/** Failures are forgotten after an hour without another one. */
const rememberedHours = 1;
const maxDelaySeconds = 900;

/** Each process deletes forgotten failures, and the oldest beyond this number, once a minute. */
const maxFailureRows = 50_000;
const pruneEveryMs = 60_000;

const maxAddressesPerUser = 50;

export function createSignInRecords(
  pool: ScopedPool,
  reads: GatherReads,
  nowMs: () => number = () => performance.now(),
): SignInRecords {
  const all = pool.within(everyTenant);
  let prunedAtMs = -Infinity;
  return {
    read: signInReader(reads),
    recordSuccess: (email, address) =>
      servedByDatabase(async () => {
        await rememberAddress(all, email, address);
      }),
    recordFailure: (email, address) =>
      servedByDatabase(async () => {
        await countFailure(all, email, address);
        if (nowMs() - prunedAtMs < pruneEveryMs) return;
        prunedAtMs = nowMs();
        await pruneFailures(all);
      }),
  };
}

/** Written once a day at most. */
async function rememberAddress(pool: Queryable, email: string, address: string): Promise<void> {
  await pool.query(sql`
    with used as (
      insert into sign_in_addresses as a (user_id, address, used_at)
      select id, ${addressKey(address)}, now() from users where email = ${email}
      on conflict (user_id, address) do update set used_at = now() where a.used_at < now() - interval '1 day'
      returning a.user_id)
    delete from sign_in_addresses old using used
     where old.user_id = used.user_id
       and old.address in (select address from sign_in_addresses
                            where user_id = used.user_id and address <> ${addressKey(address)}
                            order by used_at desc offset ${maxAddressesPerUser - 1}::integer)`);
}

/**
 * The order of the rows is the same everywhere, so that statements of several processes do not wait
 * for each other in a circle. `excess` is the number of failures beyond the free ones: the first
 * delays by 1 s, each further one twice as long.
 */
async function countFailure(pool: Queryable, email: string, address: string): Promise<void> {
  const keys = failureKeys(email, address);
  await pool.query(sql`
    insert into password_failures as f (key, excess, failed_at, delayed_until)
    select key, 1 - free, now(), now()
      from unnest(${[keys.pair, keys.address, keys.account]}::text[],
                  ${[freeFailures.pair, freeFailures.address, freeFailures.account]}::integer[]) as counted (key, free)
    on conflict (key) do update
       set (excess, failed_at, delayed_until) = (
         select counted, now(),
                now() + interval '1 second'
                      * case when counted > 0 then least(2 ^ least(counted - 1, 30), ${maxDelaySeconds}::integer) else 0 end
           from (select case when f.failed_at < now() - interval '1 hour' * ${rememberedHours}::integer
                             then excluded.excess else f.excess + 1 end as counted) next)`);
}

async function pruneFailures(pool: Queryable): Promise<void> {
  await pool.query(sql`
    delete from password_failures
     where failed_at < now() - interval '1 hour' * ${rememberedHours}::integer
        or key in (select key from password_failures order by failed_at desc offset ${maxFailureRows}::integer)`);
}
