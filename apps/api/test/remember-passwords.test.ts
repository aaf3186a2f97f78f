import type { Accounts, Principal } from '@hourglass/reports';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rememberPasswords } from '../src/http/remember-passwords.ts';

const jane: Principal = {
  organization: 'acme',
  environment: null,
  customers: [],
  email: 'jane@example.com',
  role: 'member',
  scopes: ['read'],
};

/** Accounts without a database, which record each password that they hash. */
function countingAccounts(passwords: Map<string, string>) {
  const checks: string[] = [];
  const accounts: Accounts = {
    authenticateToken: () => Promise.resolve(null),
    findTenant: () => Promise.resolve(null),
    findOrganization: () => Promise.resolve(null),
    authenticatePassword: (email, password) => {
      checks.push(password);
      return Promise.resolve(passwords.get(email) === password ? { ...jane, email } : null);
    },
  };
  return { accounts, checks };
}

describe('a verified password', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is not hashed again for one minute, which use does not prolong', async () => {
    const { accounts, checks } = countingAccounts(new Map([[jane.email, 'right']]));
    const caching = rememberPasswords(accounts);
    for (let seconds = 0; seconds < 60; seconds += 1) {
      vi.setSystemTime(seconds * 1000);
      expect(await caching.authenticatePassword(jane.email, 'right')).toEqual(jane);
    }
    expect(checks).toHaveLength(1);
    vi.setSystemTime(60_001);
    await caching.authenticatePassword(jane.email, 'right');
    expect(checks).toHaveLength(2);
  });

  test('is refused within a minute of a change, while the new one works at once', async () => {
    const passwords = new Map([[jane.email, 'old']]);
    const { accounts } = countingAccounts(passwords);
    const caching = rememberPasswords(accounts);
    await caching.authenticatePassword(jane.email, 'old');
    passwords.set(jane.email, 'new');
    expect(await caching.authenticatePassword(jane.email, 'new')).toEqual(jane);
    vi.setSystemTime(60_001);
    expect(await caching.authenticatePassword(jane.email, 'old')).toBeNull();
  });

  test('admits no other user, and its user with no other password', async () => {
    const { accounts } = countingAccounts(new Map([[jane.email, 'right']]));
    const caching = rememberPasswords(accounts);
    await caching.authenticatePassword(jane.email, 'right');
    expect(await caching.authenticatePassword(jane.email, 'wrong')).toBeNull();
    expect(await caching.authenticatePassword('joe@example.com', 'right')).toBeNull();
    expect(await caching.authenticatePassword(`${jane.email}","right`, '')).toBeNull();
  });

  test('is hashed once for concurrent requests', async () => {
    const { accounts, checks } = countingAccounts(new Map([[jane.email, 'right']]));
    const caching = rememberPasswords(accounts);
    const principals = await Promise.all(
      Array.from({ length: 20 }, () => caching.authenticatePassword(jane.email, 'right')),
    );
    expect(principals).toEqual(Array.from({ length: 20 }, () => jane));
    expect(checks).toHaveLength(1);
  });

  test('is evicted after too many others', async () => {
    const passwords = new Map(Array.from({ length: 3000 }, (_, i) => [`user${i}@example.com`, 'right']));
    const { accounts, checks } = countingAccounts(passwords);
    const caching = rememberPasswords(accounts);
    for (const email of passwords.keys()) await caching.authenticatePassword(email, 'right');
    await caching.authenticatePassword('user0@example.com', 'right');
    expect(checks).toHaveLength(3001);
  });
});

test('A wrong password is hashed every time, so that it works once it is set', async () => {
  const passwords = new Map<string, string>();
  const { accounts, checks } = countingAccounts(passwords);
  const caching = rememberPasswords(accounts);
  for (let i = 0; i < 3; i += 1) {
    expect(await caching.authenticatePassword(jane.email, 'right')).toBeNull();
  }
  expect(checks).toHaveLength(3);
  passwords.set(jane.email, 'right');
  expect(await caching.authenticatePassword(jane.email, 'right')).toEqual(jane);
});

test('An unreachable database is asked again next time', async () => {
  let down = true;
  const caching = rememberPasswords({
    ...countingAccounts(new Map()).accounts,
    authenticatePassword: () => (down ? Promise.reject(new Error('down')) : Promise.resolve(jane)),
  });
  await expect(caching.authenticatePassword(jane.email, 'right')).rejects.toThrow('down');
  down = false;
  expect(await caching.authenticatePassword(jane.email, 'right')).toEqual(jane);
});
