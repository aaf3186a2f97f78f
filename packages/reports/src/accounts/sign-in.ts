import { RetryLater } from '../errors.ts';
import type { Principal } from './accounts.ts';
import type { HashQueue } from './hash-queue.ts';
import { decoyHash, passwordMatches, type DeriveKey } from './password-hash.ts';

/** A user, an address and the guesses of both, before a password is checked. */
export interface SignInState {
  /** Null: unknown. */
  readonly user: SignedIn | null;
  /** The user signed in from this address within the last 30 days. */
  readonly isKnownAddress: boolean;
  /** Seconds until a password may be tried again. 0: now. */
  readonly delaySeconds: number;
}

/**
 * Sign-ins of all API processes. An address is a text of any form. Unknown accounts are counted as
 * known ones.
 */
export interface SignInRecords {
  read(email: string, address: string): Promise<SignInState>;
  /** Remembers the address for 30 days. */
  recordSuccess(email: string, address: string): Promise<void>;
  /**
   * Counts a wrong password against the account at this address, against the address and against
   * the account. Beyond the free ones each delays the next.
   */
  recordFailure(email: string, address: string): Promise<void>;
}

/** Events of sign-ins for logs and metrics. */
export interface SignInObserver {
  readonly hashed: () => void;
  /** @param email null when no user has the address */
  readonly failed: (attempt: { readonly email: string | null; readonly address: string }) => void;
  readonly refused: (
    reason: 'delayed' | 'busy',
    attempt: { readonly email: string | null; readonly address: string },
  ) => void;
  /** A code of a second factor, after the right password. */
  readonly codeRefused: (
    reason: 'wrong' | 'delayed',
    attempt: { readonly email: string; readonly address: string },
  ) => void;
}

export interface SignInPorts {
  readonly records: SignInRecords;
  readonly queue: HashQueue;
  readonly deriveKey: DeriveKey;
  readonly observer: Omit<SignInObserver, 'codeRefused'>;
}

export interface SignInAttempt {
  readonly email: string;
  readonly password: string;
  readonly address: string;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** The stored hash that this password matched before. It is not computed again. */
  readonly matchedHash?: string | undefined;
}

export interface SignedIn {
  readonly principal: Principal;
  /** The stored hash that the password matches. */
  readonly passwordHash: string;
  /** The password alone does not suffice. */
  readonly hasSecondFactor: boolean;
}

/**
 * Checks an e-mail address and a password. An address from which the user signed in before is never
 * delayed by guesses, neither its own nor those of others. That of a user with a second factor becomes a
 * known one by a code.
 *
 * Returns null when the user is unknown or the password is wrong; both take the same time.
 * @throws RetryLater `auth.delayed` after too many wrong passwords, `auth.busy`
 */
export async function signIn(attempt: SignInAttempt, ports: SignInPorts): Promise<SignedIn | null> {
  const { password, address, matchedHash } = attempt;
  const email = attempt.email.toLowerCase();
  const { records, observer } = ports;
  const { user, isKnownAddress, delaySeconds } = await records.read(email, address);
  if (user !== null && user.passwordHash === matchedHash) return user;
  const observed = { email: user?.principal.email ?? null, address };
  if (delaySeconds > 0 && !isKnownAddress) {
    observer.refused('delayed', observed);
    throw new RetryLater('auth.delayed', delaySeconds);
  }
  // Checked for unknown users too, so that the response time does not reveal which accounts exist.
  const stored = user?.passwordHash ?? decoyHash;
  const matches = await checkInTurn({ ...attempt, email }, isKnownAddress, ports, (derive) =>
    passwordMatches(password, stored, derive),
  ).catch((error: unknown) => {
    if (error instanceof RetryLater) observer.refused('busy', observed);
    throw error;
  });
  if (user !== null && matches) {
    if (!user.hasSecondFactor) await records.recordSuccess(email, address);
    return user;
  }
  observer.failed(observed);
  if (!isKnownAddress) await records.recordFailure(email, address);
  return null;
}

/** A known address has a line of its own, so that guesses from it do not hold up its users. */
function checkInTurn<Result>(
  { email, address, signal }: SignInAttempt,
  isKnown: boolean,
  { queue, deriveKey, observer }: SignInPorts,
  check: (derive: DeriveKey) => Promise<Result>,
): Promise<Result> {
  const pair = JSON.stringify([email, address]);
  const turn = isKnown ? { address: pair, account: pair } : { address, account: email };
  return queue.run({ ...turn, isKnown, signal }, () => {
    observer.hashed();
    return check(deriveKey);
  });
}
