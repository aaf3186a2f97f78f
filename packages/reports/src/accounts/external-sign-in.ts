import { ReportError } from '../errors.ts';
import type { UserStore } from './account-admin.ts';
import { requireWithinLimit } from './account-limits.ts';
import { isAtLeast } from './account-roles.ts';
import type { Principal, Role } from './accounts.ts';
import type { HashPassword } from './password-rules.ts';
import { createSignInToken, type SignInToken, type SignInTokenPorts } from './sign-in-token.ts';
import { requireSuccessor } from './user-rules.ts';

/** A user that an identity provider has verified. */
export interface ExternalIdentity {
  /** In lower case. */
  readonly email: string;
  readonly groups: readonly string[];
}

/** Members of a group have a role in an organization. */
export interface GroupAccess {
  readonly group: string;
  readonly organization: string;
  readonly role: Role;
}

export interface ExternalSignInPorts extends SignInTokenPorts {
  /** Null: existing users sign in with their own role, whatever their groups are. */
  readonly groupAccess: readonly GroupAccess[] | null;
  readonly users: Pick<UserStore, 'create' | 'change'>;
  /** Finds a user of any organization. */
  readonly findUser: (
    email: string,
  ) => Promise<Pick<Principal, 'organization' | 'role' | 'isSuspended'> | null>;
  /** A password that no client knows. */
  readonly newPassword: () => string;
  readonly hashPassword: HashPassword;
}

interface Membership {
  readonly organization: string;
  readonly role: Role;
}

/**
 * Signs a user in and makes a token for eight hours. With `groupAccess` the groups decide: a user in
 * none of them is refused, another role is set, and a new user is created.
 * @throws ReportError `sign_in.no_access`, `organization.suspended`, `account.limit`; `user.last_of_role` when
 * the groups would take its last administrator from an organization
 */
export async function signInExternally(
  identity: ExternalIdentity,
  ports: ExternalSignInPorts,
): Promise<SignInToken> {
  const { organization, role } = await settleMembership(identity, ports);
  const { email } = identity;
  return createSignInToken(
    { organization, email, role, description: 'OpenID Connect', signIn: 'oidc' },
    ports,
  );
}

async function settleMembership(
  { email, groups }: ExternalIdentity,
  ports: ExternalSignInPorts,
): Promise<Membership> {
  const { groupAccess, findUser } = ports;
  const user = await findUser(email);
  if (user?.isSuspended === true) {
    throw new ReportError('organization.suspended', { organization: user.organization });
  }
  if (groupAccess === null && user !== null) return user;
  const granted = (groupAccess ?? []).filter(({ group }) => groups.includes(group));
  const organization = user?.organization ?? granted[0]?.organization;
  const role = highest(granted.filter((access) => access.organization === organization));
  if (organization === undefined || role === null) throw new ReportError('sign_in.no_access', { email });
  if (user === null) await createMember({ email, organization, role }, ports);
  else if (user.role !== role) await changeRole({ email, organization, role }, ports);
  return { organization, role };
}

function highest(granted: readonly GroupAccess[]): Role | null {
  return granted.reduce<Role | null>(
    (best, { role }) => (best === null || isAtLeast(role, best) ? role : best),
    null,
  );
}

type NewMember = Membership & { readonly email: string };

async function createMember(
  { email, organization, role }: NewMember,
  { users, newPassword, hashPassword, audit }: ExternalSignInPorts,
): Promise<void> {
  const passwordHash = await hashPassword(newPassword());
  await users.create(
    organization,
    { email, role, passwordHash },
    (count) => requireWithinLimit('users', count + 1),
    () => audit(email, 'user.create', { organization, object: email, details: { role, signIn: 'oidc' } }),
  );
}

async function changeRole(
  { email, organization, role }: NewMember,
  { users, audit }: ExternalSignInPorts,
): Promise<void> {
  await users.change(
    organization,
    email,
    { role },
    (user, others) => requireSuccessor(user, others, role),
    () => audit(email, 'user.change', { organization, object: email, details: { role, signIn: 'oidc' } }),
  );
}
