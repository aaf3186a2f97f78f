import { expect, test } from 'vitest';
import {
  signInExternally,
  systemActor,
  type ExternalSignInPorts,
  type GroupAccess,
  type TokenRecord,
  type UserRecord,
} from '../../src/index.ts';

const email = 'ann@acme.example';
const member = { organization: 'acme', role: 'member', isSuspended: false } as const;

/** Ports that write down what is changed. */
function portsWith(
  user: Awaited<ReturnType<ExternalSignInPorts['findUser']>>,
  groupAccess: readonly GroupAccess[] | null,
): { ports: ExternalSignInPorts; written: string[] } {
  const written: string[] = [];
  const record = { email, role: 'member', createdAt: new Date(0), secondFactor: 'none' } satisfies UserRecord;
  return {
    written,
    ports: {
      groupAccess,
      findUser: () => Promise.resolve(user),
      newToken: () => 'token',
      newPassword: () => 'password',
      hashPassword: (password) => Promise.resolve(`hash of ${password}`),
      audit: (_email, action, { organization, object, details }) => ({
        ...{ actor: systemActor, action, organization, environment: null, object, refusal: null, details },
      }),
      users: {
        create(organization, { role, passwordHash }) {
          written.push(`create ${role} in ${organization} with ${passwordHash}`);
          return Promise.resolve(record);
        },
        change(organization, _email, { role }, rule) {
          rule({ ...record, role: user?.role ?? 'member' }, []);
          written.push(`change to ${role} in ${organization}`);
          return Promise.resolve(record);
        },
      },
      tokens: {
        create(organization, { scopes, lifetimeSeconds }) {
          written.push(`token in ${organization} for ${lifetimeSeconds} s with ${scopes.join(',')}`);
          return Promise.resolve({ id: 'id' } as TokenRecord);
        },
      },
    },
  };
}

test('Without mapped groups existing users sign in with their role, and no other', async () => {
  const known = portsWith(member, null);
  await signInExternally({ email, groups: ['admins'] }, known.ports);
  expect(known.written).toEqual(['token in acme for 28800 s with read,submit,ingest']);
  const unknown = portsWith(null, null);
  await expect(signInExternally({ email, groups: ['admins'] }, unknown.ports)).rejects.toMatchObject({
    code: 'sign_in.no_access',
  });
  expect(unknown.written).toEqual([]);
});

test('A new user belongs to the organization of the first mapped group, with its highest role there', async () => {
  const { ports, written } = portsWith(null, [
    { group: 'b', organization: 'beta', role: 'member' },
    { group: 'a', organization: 'acme', role: 'operator' },
    { group: 'c', organization: 'beta', role: 'administrator' },
  ]);
  const { organization, role } = await signInExternally({ email, groups: ['a', 'b', 'c'] }, ports);
  expect([organization, role]).toEqual(['beta', 'administrator']);
  expect(written).toEqual([
    'create administrator in beta with hash of password',
    'token in beta for 28800 s with read,submit,ingest,admin',
  ]);
});

test('Groups do not take the last administrator from an organization', async () => {
  const { ports, written } = portsWith({ ...member, role: 'administrator' }, [
    { group: 'a', organization: 'acme', role: 'member' },
  ]);
  await expect(signInExternally({ email, groups: ['a'] }, ports)).rejects.toMatchObject({
    code: 'user.last_of_role',
  });
  expect(written).toEqual([]);
});

test('Users of a suspended organization are refused', async () => {
  const { ports, written } = portsWith({ ...member, isSuspended: true }, null);
  await expect(signInExternally({ email, groups: [] }, ports)).rejects.toMatchObject({
    code: 'organization.suspended',
  });
  expect(written).toEqual([]);
});
