import { scrypt } from 'node:crypto';
import {
  createHashQueue,
  deriveInThreadPool,
  hashPassword as hashWith,
  hashQueueBounds,
  signIn,
  type DeriveKey,
  type HashPassword,
  type Principal,
} from '@hourglass/reports';
import type { Database } from '../src/index.ts';

/** Passwords as an API process treats them. */
export const passwords = passwordsWith(deriveInThreadPool);

/** For tests that are not about hashes: scrypt at 1/512 of the cost. */
export const cheapPasswords = passwordsWith(
  ({ password, salt, bytes }) =>
    new Promise((resolve, reject) => {
      scrypt(password, salt, bytes, { N: 64, r: 8, p: 1 }, (error, key) => {
        if (error) reject(error);
        else resolve(key);
      });
    }),
);

interface Passwords {
  readonly hashPassword: HashPassword;
  /** Signs in as an API process does. Null: unknown user or wrong password. */
  readonly authenticatePassword: (
    database: Database,
    email: string,
    password: string,
    address?: string,
  ) => Promise<Principal | null>;
}

function passwordsWith(deriveKey: DeriveKey): Passwords {
  return {
    hashPassword: (password) => hashWith(password, deriveKey),
    async authenticatePassword({ signIns }, email, password, address = '192.0.2.1') {
      const attempt = { email, password, address, signal: new AbortController().signal };
      const signedIn = await signIn(attempt, {
        records: signIns,
        queue: createHashQueue(hashQueueBounds),
        deriveKey,
        observer: { hashed: () => {}, failed: () => {}, refused: () => {} },
      });
      return signedIn?.principal ?? null;
    },
  };
}
