import type { ApiMetrics, Logger } from '@hourglass/platform';
import {
  createHashQueue,
  createKeyedSemaphore,
  hashPassword,
  hashQueueBounds,
  signIn,
  signInPermits,
  type AccountChanges,
  type KeyedSemaphore,
  type SignInObserver,
  type SignInRecords,
} from '@hourglass/reports';
import { createScryptThread } from './derive-in-thread.ts';
import { rememberPasswords, type CheckPassword } from './http/remember-passwords.ts';
import { createSignInObserver } from './sign-in-observer.ts';

export interface Passwords {
  readonly check: CheckPassword;
  /** For sign-ins, which continue after a password. */
  readonly observer: Pick<SignInObserver, 'codeRefused' | 'refused'>;
  readonly turns: KeyedSemaphore;
  /** Hashes a password to set, in turn with those of other organizations. */
  hashNew(
    password: string,
    caller: { readonly organization: string; readonly signal: AbortSignal },
  ): Promise<string>;
  close(): Promise<void>;
}

export interface PasswordServices {
  readonly signIns: SignInRecords;
  readonly accountChanges: AccountChanges;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
}

/** Starts to listen for changed users. One thread computes every hash of the process. */
export function startPasswords({ signIns, accountChanges, metrics, log }: PasswordServices): Passwords {
  const thread = createScryptThread();
  const queue = createHashQueue(hashQueueBounds);
  const observer = createSignInObserver(metrics, log);
  const ports = { records: signIns, queue, deriveKey: thread.derive, observer };
  const { check, changes } = rememberPasswords((attempt) => signIn(attempt, ports));
  const listening = accountChanges.listen({
    ...changes,
    onLost(error) {
      changes.onLost();
      log.warn({ err: error }, 'lost the signals of changed users; users are read for each password');
    },
  });
  return {
    check,
    observer,
    turns: createKeyedSemaphore(signInPermits),
    hashNew(password, { organization, signal }) {
      const turn = { address: `organization ${organization}`, account: null, isKnown: true, signal };
      return queue.run(turn, () => {
        observer.hashed();
        return hashPassword(password, thread.derive);
      });
    },
    async close() {
      await listening.stop();
      await thread.close();
    },
  };
}
