import type { Principal, SignedIn, SignInAttempt } from '@hourglass/reports';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rememberPasswords, type RememberedPasswords } from '../src/http/remember-passwords.ts';

const jane: Principal = {
  organization: 'acme',
  environment: null,
  customers: [],
  tokenId: null,
  signIn: null,
  isSuspended: false,
  email: 'jane@example.com',
  role: 'member',
  scopes: ['read'],
};
const dayMs = 86_400_000;

/** Sign-ins without a database, which record each user that they read and each password that they hash. */
function countingSignIns(passwords: Map<string, string>) {
  const reads: string[] = [];
  const hashes: string[] = [];
  const signIn = ({ email, password, matchedHash }: SignInAttempt): Promise<SignedIn | null> => {
    reads.push(email);
    const passwordHash = `hash of ${passwords.get(email)}`;
    if (matchedHash !== passwordHash) {
      hashes.push(password);
      if (passwords.get(email) !== password) return Promise.resolve(null);
    }
    return Promise.resolve({ principal: { ...jane, email }, passwordHash, hasSecondFactor: false });
  };
  return { signIn, reads, hashes };
}

function checking({ check }: Pick<RememberedPasswords, 'check'>) {
  return async (
    email: string,
    password: string,
    address = '192.0.2.1',
    signal = new AbortController().signal,
  ) => {
    const checked = await check({ email, password, address, signal });
    return checked && checked.principal;
  };
}

function listening(signIn: Parameters<typeof rememberPasswords>[0]) {
  const remembered = rememberPasswords(signIn);
  remembered.changes.onListening();
  return { check: checking(remembered), changes: remembered.changes };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a verified password', () => {
  test('needs no read of its user for one minute, which use does not prolong', async () => {
    const { signIn, reads, hashes } = countingSignIns(new Map([[jane.email, 'right']]));
    const { check } = listening(signIn);
    for (let seconds = 0; seconds < 60; seconds += 1) {
      vi.setSystemTime(seconds * 1000);
      expect(await check(jane.email, 'right')).toEqual(jane);
    }
    expect(reads).toHaveLength(1);
    vi.setSystemTime(60_001);
    await check(jane.email, 'right');
    expect([reads.length, hashes.length]).toEqual([2, 1]);
  });

  test('is hashed again after a day, which use does not prolong', async () => {
    const { signIn, hashes } = countingSignIns(new Map([[jane.email, 'right']]));
    const { check } = listening(signIn);
    for (let hours = 0; hours < 24; hours += 1) {
      vi.setSystemTime(hours * 3_600_000);
      await check(jane.email, 'right');
    }
    expect(hashes).toHaveLength(1);
    vi.setSystemTime(dayMs + 1);
    await check(jane.email, 'right');
    expect(hashes).toHaveLength(2);
  });

  test('is hashed once for each address, so that each becomes known', async () => {
    const { signIn, hashes } = countingSignIns(new Map([[jane.email, 'right']]));
    const { check } = listening(signIn);
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1']) await check(jane.email, 'right', address);
    expect(hashes).toHaveLength(2);
  });

  test('is refused from the notification of its change on, also when a check was under way', async () => {
    const passwords = new Map([[jane.email, 'old']]);
    const { signIn } = countingSignIns(passwords);
    let finish = () => {};
    const underway = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { check, changes } = listening(async (attempt) => {
      const outcome = await signIn(attempt);
      await underway;
      return outcome;
    });
    const before = check(jane.email, 'old');
    passwords.set(jane.email, 'new');
    changes.onChanged(jane.email);
    const after = check(jane.email, 'old');
    finish();
    expect(await before).toEqual(jane);
    expect(await after).toBeNull();
    expect(await check(jane.email, 'old')).toBeNull();
    expect(await check(jane.email, 'new')).toEqual(jane);
  });

  test('stays remembered when another user changes', async () => {
    const { signIn, reads } = countingSignIns(new Map([[jane.email, 'right']]));
    const { check, changes } = listening(signIn);
    await check(jane.email, 'right');
    changes.onChanged('joe@example.com');
    await check(jane.email, 'right');
    expect(reads).toHaveLength(1);
  });

  test('needs a read, and no hash, for each request while changes are not notified', async () => {
    const passwords = new Map([[jane.email, 'right']]);
    const { signIn, reads, hashes } = countingSignIns(passwords);
    const { check, changes } = listening(signIn);
    await check(jane.email, 'right');
    changes.onLost();
    for (let i = 0; i < 3; i += 1) await check(jane.email, 'right');
    expect([reads.length, hashes.length]).toEqual([4, 1]);
    changes.onListening();
    for (let i = 0; i < 3; i += 1) await check(jane.email, 'right');
    expect([reads.length, hashes.length]).toEqual([5, 1]);
    changes.onLost();
    passwords.set(jane.email, 'new');
    expect(await check(jane.email, 'right')).toBeNull();
  });

  test('admits no other user, and its user with no other password', async () => {
    const { signIn } = countingSignIns(new Map([[jane.email, 'right']]));
    const { check } = listening(signIn);
    await check(jane.email, 'right');
    expect(await check(jane.email, 'wrong')).toBeNull();
    expect(await check('joe@example.com', 'right')).toBeNull();
    expect(await check(`${jane.email}","right`, '')).toBeNull();
  });

  test('is hashed once for concurrent requests', async () => {
    const { signIn, hashes } = countingSignIns(new Map([[jane.email, 'right']]));
    const { check } = listening(signIn);
    const principals = await Promise.all(Array.from({ length: 20 }, () => check(jane.email, 'right')));
    expect(principals).toEqual(Array.from({ length: 20 }, () => jane));
    expect(hashes).toHaveLength(1);
  });

  test('is evicted after too many others', async () => {
    const passwords = new Map(Array.from({ length: 3000 }, (_, i) => [`user${i}@example.com`, 'right']));
    const { signIn, hashes } = countingSignIns(passwords);
    const { check } = listening(signIn);
    for (const email of passwords.keys()) await check(email, 'right');
    await check('user0@example.com', 'right');
    expect(hashes).toHaveLength(3001);
  });
});

test('A check ends when every client that waits for it has left, and not before', async () => {
  const signals: AbortSignal[] = [];
  const { check } = listening(
    ({ signal }) =>
      new Promise((_, reject) => {
        signals.push(signal);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  const clients = [new AbortController(), new AbortController()];
  const checks = clients.map(({ signal }) => check(jane.email, 'right', '192.0.2.1', signal));
  clients[0]?.abort(new Error('gone'));
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  clients[1]?.abort(new Error('gone'));
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  for (const ended of checks) await expect(ended).rejects.toThrow('gone');
});

test('A wrong password is hashed every time, so that it works once it is set', async () => {
  const passwords = new Map<string, string>();
  const { signIn, hashes } = countingSignIns(passwords);
  const { check } = listening(signIn);
  for (let i = 0; i < 3; i += 1) {
    expect(await check(jane.email, 'right')).toBeNull();
  }
  expect(hashes).toHaveLength(3);
  passwords.set(jane.email, 'right');
  expect(await check(jane.email, 'right')).toEqual(jane);
});

test('An unreachable database is asked again next time', async () => {
  let down = true;
  const { signIn } = countingSignIns(new Map([[jane.email, 'right']]));
  const { check } = listening((attempt) => (down ? Promise.reject(new Error('down')) : signIn(attempt)));
  await expect(check(jane.email, 'right')).rejects.toThrow('down');
  down = false;
  expect(await check(jane.email, 'right')).toEqual(jane);
});
