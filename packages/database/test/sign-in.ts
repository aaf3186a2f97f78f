import {
  createHashQueue,
  deriveInThreadPool,
  hashPassword as hashWith,
  hashQueueBounds,
  signIn,
  type HashPassword,
  type Principal,
} from '@hourglass/reports';
import type { Database } from '../src/index.ts';

export const hashPassword: HashPassword = (password) => hashWith(password, deriveInThreadPool);

/** Signs in as an API process does. Null: unknown user or wrong password. */
export async function authenticatePassword(
  { signIns }: Database,
  email: string,
  password: string,
  address = '192.0.2.1',
): Promise<Principal | null> {
  const attempt = { email, password, address, signal: new AbortController().signal };
  const signedIn = await signIn(attempt, {
    records: signIns,
    queue: createHashQueue(hashQueueBounds),
    deriveKey: deriveInThreadPool,
    observer: { hashed: () => {}, failed: () => {}, refused: () => {} },
  });
  return signedIn?.principal ?? null;
}
