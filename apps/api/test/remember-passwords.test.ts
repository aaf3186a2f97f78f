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

/** Stands in for the database: it counts how often a password is hashed. */
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

describe('a password that was verified', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is not hashed again for a minute, and is after it, however often it was used', async () => {
    const { accounts, checks } = countingAccounts(new Map([[jane.email, 'right']]));
    const remembering = rememberPasswords(accounts);
    for (let seconds = 0; seconds < 60; seconds += 1) {
      vi.setSystemTime(seconds * 1000);
      expect(await remembering.authenticatePassword(jane.email, 'right')).toEqual(jane);
    }
    expect(checks).toHaveLength(1);
    vi.setSystemTime(60_001);
    await remembering.authenticatePassword(jane.email, 'right');
    expect(checks).toHaveLength(2);
  });

  test('stops to work within a minute of being changed, and the new one works at once', async () => {
    const passwords = new Map([[jane.email, 'old']]);
    const { accounts } = countingAccounts(passwords);
    const remembering = rememberPasswords(accounts);
    await remembering.authenticatePassword(jane.email, 'old');
    passwords.set(jane.email, 'new');
    expect(await remembering.authenticatePassword(jane.email, 'new')).toEqual(jane);
    vi.setSystemTime(60_001);
    expect(await remembering.authenticatePassword(jane.email, 'old')).toBeNull();
  });

  test('lets nobody else in, nor its user with another one', async () => {
    const { accounts } = countingAccounts(new Map([[jane.email, 'right']]));
    const remembering = rememberPasswords(accounts);
    await remembering.authenticatePassword(jane.email, 'right');
    expect(await remembering.authenticatePassword(jane.email, 'wrong')).toBeNull();
    expect(await remembering.authenticatePassword('joe@example.com', 'right')).toBeNull();
    expect(await remembering.authenticatePassword(`${jane.email}","right`, '')).toBeNull();
  });

  test('is hashed once for clients that come at the same moment', async () => {
    const { accounts, checks } = countingAccounts(new Map([[jane.email, 'right']]));
    const remembering = rememberPasswords(accounts);
    const principals = await Promise.all(
      Array.from({ length: 20 }, () => remembering.authenticatePassword(jane.email, 'right')),
    );
    expect(principals).toEqual(Array.from({ length: 20 }, () => jane));
    expect(checks).toHaveLength(1);
  });

  test('is forgotten when too many others were verified after it', async () => {
    const passwords = new Map(Array.from({ length: 3000 }, (_, i) => [`user${i}@example.com`, 'right']));
    const { accounts, checks } = countingAccounts(passwords);
    const remembering = rememberPasswords(accounts);
    for (const email of passwords.keys()) await remembering.authenticatePassword(email, 'right');
    await remembering.authenticatePassword('user0@example.com', 'right');
    expect(checks).toHaveLength(3001);
  });
});

test('A wrong password is hashed every time, so that it is noticed when it becomes right', async () => {
  const passwords = new Map<string, string>();
  const { accounts, checks } = countingAccounts(passwords);
  const remembering = rememberPasswords(accounts);
  for (let i = 0; i < 3; i += 1) {
    expect(await remembering.authenticatePassword(jane.email, 'right')).toBeNull();
  }
  expect(checks).toHaveLength(3);
  passwords.set(jane.email, 'right');
  expect(await remembering.authenticatePassword(jane.email, 'right')).toEqual(jane);
});

test('A database that cannot be reached is asked again the next time', async () => {
  let down = true;
  const remembering = rememberPasswords({
    ...countingAccounts(new Map()).accounts,
    authenticatePassword: () => (down ? Promise.reject(new Error('down')) : Promise.resolve(jane)),
  });
  await expect(remembering.authenticatePassword(jane.email, 'right')).rejects.toThrow('down');
  down = false;
  expect(await remembering.authenticatePassword(jane.email, 'right')).toEqual(jane);
});
