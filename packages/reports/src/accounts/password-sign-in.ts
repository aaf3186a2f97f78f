import { ReportError, RetryLater } from '../errors.ts';
import type { KeyedPermits, KeyedSemaphore } from '../keyed-semaphore.ts';
import type { Principal } from './accounts.ts';
import { codeCheck, type CodePorts } from './second-factor-codes.ts';
import type { CodeOutcome, SecondFactorStore, UsedCode } from './second-factors.ts';
import { createSignInToken, type SignInToken, type SignInTokenPorts } from './sign-in-token.ts';
import type { SignedIn, SignInObserver, SignInRecords } from './sign-in.ts';
import type { AuditEvent } from '../audit/audit-event.ts';

export interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  /** Ignored for a user without a second factor. */
  readonly code?: string | undefined;
  readonly address: string;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
}

/** Sign-ins of an API process after the password. Each holds a connection to the database. */
export const signInPermits: KeyedPermits = { permits: 2, permitsPerKey: 1 };
const maxWaitingOfAccount = 3;
const retryAfterSeconds = 2;

export interface PasswordSignInPorts extends SignInTokenPorts, CodePorts {
  /** Null: wrong credentials. */
  readonly checkPassword: (
    sent: Pick<PasswordSignIn, 'email' | 'password'>,
  ) => Promise<Pick<SignedIn, 'principal' | 'hasSecondFactor'> | null>;
  readonly secondFactors: Pick<SecondFactorStore, 'use'>;
  readonly records: Pick<SignInRecords, 'recordSuccess' | 'recordFailure'>;
  /** Keyed by account: a thief of its password takes no connections from others. */
  readonly turns: KeyedSemaphore;
  readonly observer: Pick<SignInObserver, 'codeRefused' | 'refused'>;
  /** Called once the password is proven. */
  readonly onIdentified: (principal: Principal) => void;
  readonly auditUse: (user: Principal, used: UsedCode) => AuditEvent;
}

/**
 * Signs a user in with the password and, for a user with a second factor, a code or recovery code. Makes
 * a token for eight hours.
 * @throws ReportError `auth.required` for a wrong password, `auth.second_factor` without a code,
 * `auth.code` for a wrong one, `organization.suspended`, `account.limit`; RetryLater `auth.delayed`,
 * `auth.busy`
 */
export async function signInWithPassword(
  { email: sentEmail, password, code, address, signal }: PasswordSignIn,
  ports: PasswordSignInPorts,
): Promise<SignInToken> {
  const checked = await ports.checkPassword({ email: sentEmail, password });
  if (checked === null) throw new ReportError('auth.required');
  const { principal, hasSecondFactor } = checked;
  ports.onIdentified(principal);
  const { organization, email, isSuspended } = principal;
  if (isSuspended) throw new ReportError('organization.suspended', { organization });
  if (hasSecondFactor && code === undefined) throw new ReportError('auth.second_factor');
  if (ports.turns.waiting(email) >= maxWaitingOfAccount) {
    ports.observer.refused('busy', { email, address });
    throw new RetryLater('auth.busy', retryAfterSeconds);
  }
  return ports.turns
    .of(email)
    .run(signal, () => signInInTurn(principal, { code: hasSecondFactor ? code : undefined, address }, ports));
}

/** @param code undefined: the user needs none */
async function signInInTurn(
  principal: Principal,
  { code, address }: { readonly code: string | undefined; readonly address: string },
  ports: PasswordSignInPorts,
): Promise<SignInToken> {
  const { organization, email, role } = principal;
  const hasSecondFactor = code !== undefined;
  if (hasSecondFactor) await useCode(principal, { code, address }, ports);
  const how = hasSecondFactor
    ? ({ description: 'Sign-in with a code', signIn: 'code' } as const)
    : ({ description: 'Sign-in', signIn: 'password' } as const);
  return createSignInToken({ organization, email, role, ...how }, ports);
}

/** The address is a known one only now: the password alone may be that of a thief. */
async function useCode(
  principal: Principal,
  { code, address }: { readonly code: string; readonly address: string },
  { secondFactors, records, observer, auditUse, ...codes }: PasswordSignInPorts,
): Promise<void> {
  const { organization, email } = principal;
  const check = codeCheck(code, email, codes);
  const outcome = await secondFactors.use(organization, email, check, (used) => auditUse(principal, used));
  // Removed a moment ago: the password is enough.
  if (outcome.kind === 'accepted' || outcome.kind === 'none') {
    await records.recordSuccess(email, address);
    return;
  }
  observer.codeRefused(outcome.kind, { email, address });
  if (outcome.kind === 'wrong') await records.recordFailure(email, address);
  throw refusalOf(outcome);
}

function refusalOf(outcome: CodeOutcome): ReportError {
  return outcome.kind === 'delayed'
    ? new RetryLater('auth.delayed', outcome.seconds)
    : new ReportError('auth.code');
}
