import { hash, randomBytes } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { AccountChangeListener, SignedIn, SignInAttempt } from '@hourglass/reports';
import { createShareWork } from './share-work.ts';

/** How long a user is not read again. A safety net: changes are notified. */
const readMs = 60_000;

/** How long a password is not hashed again. A hash also renews the address as a known one. */
const hashedMs = 86_400_000;

/** The cache holds up to twice this number, at about 500 bytes each. */
const maxRemembered = 1000;

export type CheckedPassword = Pick<SignedIn, 'principal' | 'hasSecondFactor'>;

/** Null: wrong credentials. */
export type CheckPassword = (attempt: SignInAttempt) => Promise<CheckedPassword | null>;

export interface RememberedPasswords {
  readonly check: CheckPassword;
  /** Learns of changed users. */
  readonly changes: Pick<AccountChangeListener, 'onChanged' | 'onListening'> & { onLost(): void };
}

interface Remembered extends SignedIn {
  readonly hashedAtMs: number;
  readAtMs: number;
}

/**
 * Remembers correct passwords by the address of the client. For a minute without a change of the
 * user, a request reads nothing. Then the user is read again, and the password is hashed again only
 * when the stored hash has changed, or after a day. Use prolongs neither. The cache holds no password.
 */
export function rememberPasswords(
  signIn: (attempt: SignInAttempt) => Promise<SignedIn | null>,
): RememberedPasswords {
  const remembered = new QuickLRU<string, Remembered>({ maxSize: maxRemembered });
  const keyOf = createKeys();
  // Otherwise a restart would begin with one hash per concurrent request of a client.
  const shareCheck = createShareWork<CheckedPassword | null>();
  /** Counts changes, so that a check that began before one is neither shared nor remembered after it. */
  let version = 0;
  let isListening = false;

  async function checkNow(attempt: SignInAttempt, key: string): Promise<CheckedPassword | null> {
    const versionBefore = version;
    const proof = proofOf(remembered.get(key));
    const signedIn = await signIn({ ...attempt, matchedHash: proof?.passwordHash });
    if (signedIn === null) return null;
    remembered.set(key, {
      ...signedIn,
      hashedAtMs: signedIn.passwordHash === proof?.passwordHash ? proof.hashedAtMs : Date.now(),
      readAtMs: isListening && version === versionBefore ? Date.now() : -Infinity,
    });
    return signedIn;
  }

  function readAgain(isAffected: (entry: Remembered) => boolean): void {
    version += 1;
    for (const [, entry] of remembered) if (isAffected(entry)) entry.readAtMs = -Infinity;
  }

  return {
    async check(attempt) {
      const key = keyOf(attempt);
      const known = remembered.get(key);
      if (known !== undefined && Date.now() - known.readAtMs < readMs) return known;
      return shareCheck(`${version} ${key}`, attempt.signal, (signal) =>
        checkNow({ ...attempt, signal }, key),
      );
    },
    changes: {
      onChanged: (changed) => readAgain(({ principal }) => principal.email === changed),
      onListening: () => (isListening = true),
      onLost() {
        isListening = false;
        readAgain(() => true);
      },
    },
  };
}

/** Undefined: the password has to be hashed. */
function proofOf(known: Remembered | undefined): Remembered | undefined {
  return known !== undefined && Date.now() - known.hashedAtMs < hashedMs ? known : undefined;
}

/** Hashes with a secret that never leaves the process. */
function createKeys(): (attempt: SignInAttempt) => string {
  const secret = randomBytes(32).toString('base64');
  return ({ email, password, address }) =>
    hash('sha256', secret + JSON.stringify([email, password, address]), 'base64');
}
