import { placeNamePattern, roleName } from '@hourglass/contract';
import { z } from 'zod';
import { text } from './setting-schemas.ts';
import { optionalSetting, setting } from './setting.ts';

const httpsOrLoopback = z.string().refine((value) => {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
  );
}, 'an https:// URL');

/** A group of the identity provider and what its members are. */
export interface GroupRole {
  readonly group: string;
  readonly organization: string;
  readonly role: z.output<typeof roleName>;
}

const groupRoles = z.string().transform((value, context): readonly GroupRole[] => {
  const parsed = value.split(',').map((part) => groupRole(part.trim()));
  if (parsed.every((one) => one !== null)) return parsed;
  context.addIssue(
    'group=organization:role, separated by commas, where role is member, administrator or operator',
  );
  return z.NEVER;
});

function groupRole(part: string): GroupRole | null {
  const [, group = '', organization = '', role] = /^(.+)=([^=:]+):(\w+)$/.exec(part) ?? [];
  const parsed = roleName.safeParse(role);
  return placeNamePattern.test(organization) && parsed.success
    ? { group, organization, role: parsed.data }
    : null;
}

/** Settings of sign-in through an identity provider. */
export const signInSettings = {
  oidc: {
    issuer: optionalSetting('HOURGLASS_OIDC_ISSUER', httpsOrLoopback, {
      readBy: ['api'],
      value: 'URL',
      description:
        'Issuer of the OpenID Connect provider through which users sign in. Needs HOURGLASS_PUBLIC_URL and HOURGLASS_SECRET_KEY.',
    }),
    clientId: optionalSetting('HOURGLASS_OIDC_CLIENT_ID', text, {
      readBy: ['api'],
      value: 'text',
      description:
        'Client of the provider. Its redirect URI is HOURGLASS_PUBLIC_URL with /v1/signIn/oidc/callback.',
    }),
    clientSecret: optionalSetting('HOURGLASS_OIDC_CLIENT_SECRET', text, {
      readBy: ['api'],
      value: 'text',
      description: 'Secret of the client.',
      secret: true,
    }),
    scopes: setting('HOURGLASS_OIDC_SCOPES', text, 'openid email profile', {
      readBy: ['api'],
      value: 'scopes, separated by spaces',
      description: 'Scopes to request, so that the claims have e-mail address and groups.',
    }),
    groupsClaim: setting('HOURGLASS_OIDC_GROUPS_CLAIM', text, 'groups', {
      readBy: ['api'],
      value: 'name',
      description: 'Claim with the list of groups of a user.',
    }),
    /** Null: only existing users sign in, with the role that they have. */
    groups: optionalSetting('HOURGLASS_OIDC_GROUPS', groupRoles, {
      readBy: ['api'],
      value: 'group=organization:role, separated by commas',
      description:
        'Groups whose members may sign in. A new user is created in the organization of the first one that matches. Unset: existing users sign in, whatever their groups are.',
    }),
  },
};
