import { scopesOfRole, type Role, type SignInState } from '@hourglass/reports';
import { addressKey, failureKeys } from '../accounts/sign-in-keys.ts';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from './gather-reads.ts';

interface Attempt {
  readonly email: string;
  readonly address: string;
}

interface SignInRow {
  readonly key: string;
  readonly email: string | null;
  readonly role: Role | null;
  readonly passwordHash: string | null;
  readonly organization: string | null;
  readonly isSuspended: boolean;
  readonly hasSecondFactor: boolean;
  readonly isKnownAddress: boolean;
  readonly delaySeconds: number;
}

/** Reads a user with the guesses that delay the next password. */
export function signInReader(reads: GatherReads): (email: string, address: string) => Promise<SignInState> {
  const stateOf = reads<Attempt, SignInRow, SignInState>({
    keyOf: ({ email, address }) => JSON.stringify([email, address]),
    select: (attempts) => {
      const asked = [...attempts.values()];
      const keys = asked.map(({ email, address }) => failureKeys(email, address));
      return sql`
        select asked.key, u.email, u.role, u.password_hash as "passwordHash", o.name as organization,
               o.suspended_at is not null as "isSuspended",
               exists (select from second_factors s
                        where s.user_id = u.id and s.confirmed_at is not null) as "hasSecondFactor",
               exists (select from sign_in_addresses a
                        where a.user_id = u.id and a.address = asked.address
                          and a.used_at > statement_timestamp() - interval '30 days') as "isKnownAddress",
               (select coalesce(max(ceil(extract(epoch from f.delayed_until - statement_timestamp()))), 0)
                  from password_failures f
                 where f.key in (asked.pair, asked.of_address, asked.account)
                   and f.delayed_until > statement_timestamp())::integer as "delaySeconds"
          from unnest(${[...attempts.keys()]}::text[],
                      ${asked.map(({ email }) => email)}::text[],
                      ${asked.map(({ address }) => addressKey(address))}::text[],
                      ${keys.map(({ pair }) => pair)}::text[],
                      ${keys.map((key) => key.address)}::text[],
                      ${keys.map(({ account }) => account)}::text[])
               as asked (key, email, address, pair, of_address, account)
          left join users u on u.email = asked.email
          left join organizations o on o.id = u.organization_id`;
    },
    valueOf: ({ isKnownAddress, delaySeconds, ...row }) => ({
      user: userOf(row),
      isKnownAddress,
      delaySeconds,
    }),
  });
  return async (email, address) => {
    const state = await stateOf({ email, address });
    if (state === null) throw new Error('the read of a sign-in returned no row');
    return state;
  };
}

function userOf({
  email,
  role,
  organization,
  isSuspended,
  ...row
}: Omit<SignInRow, 'isKnownAddress' | 'delaySeconds'>): SignInState['user'] {
  const { passwordHash, hasSecondFactor } = row;
  if (email === null || role === null || passwordHash === null || organization === null) return null;
  const scopes = scopesOfRole[role];
  const whole = { environment: null, customers: [], tokenId: null, signIn: null };
  const principal = { organization, ...whole, email, role, scopes, isSuspended };
  return { principal, passwordHash, hasSecondFactor };
}
