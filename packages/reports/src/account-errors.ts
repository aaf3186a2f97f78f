import type { ErrorKind } from './error-kind.ts';

/** The part of `errorTable` about credentials, sign-ins, organizations, users and tokens. */
export const accountErrors = {
  'auth.required': {
    kind: 'unauthenticated',
    message:
      'Credentials are missing or invalid; send an e-mail address and password as Basic, or a Bearer token',
  },
  'auth.delayed': {
    kind: 'limited',
    message:
      'Too many wrong passwords or codes for this account or from this address; try again in {seconds|second}, or use a token',
  },
  'auth.busy': {
    kind: 'limited',
    message: 'Too many passwords are waiting to be checked; try again in {seconds|second}, or use a token',
  },
  'auth.second_factor': {
    kind: 'unauthenticated',
    message:
      'This user has a second factor: send e-mail address, password and code to POST /v1/signIn, and use its token',
  },
  'auth.code': {
    kind: 'unauthenticated',
    message:
      'The code is wrong, expired or was used before; send the one that is shown now, or a recovery code',
  },
  'auth.token': {
    kind: 'unauthenticated',
    message: 'The token is missing or invalid; send one in the header {header}',
  },
  'auth.scope': { kind: 'forbidden', message: 'The credentials lack the scope "{scope}"' },
  'auth.role': { kind: 'forbidden', message: 'This requires the role "{role}"; yours is "{own}"' },
  'auth.environment': {
    kind: 'forbidden',
    message: 'The token is restricted to the environment "{environment}"; this path is outside of it',
  },
  'auth.unbound': {
    kind: 'forbidden',
    message: 'This requires a token that is bound to one environment; create one with "environment"',
  },
  'auth.customers': {
    kind: 'forbidden',
    message: 'The token is restricted to the consumption of its customers; this is another resource',
  },
  'auth.metrics': {
    kind: 'forbidden',
    message:
      'Metrics are served to this machine only, at localhost; set HOURGLASS_METRICS_TOKEN to read them from elsewhere',
  },
  'organization.exists': { kind: 'conflict', message: 'The organization "{organization}" already exists' },
  'organization.not_found': { kind: 'not_found', message: 'No organization "{organization}"' },
  'organization.own': {
    kind: 'conflict',
    message:
      '"{organization}" is the organization of your own account; an operator of another organization can delete or suspend it',
  },
  'sign_in.not_configured': {
    kind: 'not_found',
    message: 'No identity provider is configured; sign in with a password or a token',
  },
  'sign_in.state': {
    kind: 'invalid',
    message: 'The sign-in was not started in this browser, is complete, or took too long; start it again',
  },
  'sign_in.refused': { kind: 'forbidden', message: 'The identity provider did not sign you in: {reason}' },
  'sign_in.no_access': {
    kind: 'forbidden',
    message:
      '"{email}" has no access: no group of the user is in HOURGLASS_OIDC_GROUPS, or no user has this address; ask an operator',
  },
  'sign_in.provider': {
    kind: 'unavailable',
    message: 'The identity provider cannot be reached, or its response is not valid; try again',
  },
  'organization.suspended': {
    kind: 'forbidden',
    message: 'The organization "{organization}" is suspended; ask the operators to resume it',
  },
  'environment.not_found': {
    kind: 'not_found',
    message: 'No environment "{environment}" in an organization "{organization}"',
  },
  'environment.exists': {
    kind: 'conflict',
    message: 'The environment "{environment}" already exists in the organization "{organization}"',
  },
  'user.exists': { kind: 'conflict', message: 'The e-mail address "{email}" is already in use' },
  'user.not_found': { kind: 'not_found', message: 'No user "{email}"' },
  'user.last_of_role': {
    kind: 'conflict',
    message: '"{email}" is the last {role} of the organization; create another one first',
  },
  'second_factor.active': {
    kind: 'conflict',
    message: '"{email}" has an active second factor; remove it first',
  },
  'second_factor.not_found': {
    kind: 'not_found',
    message: '"{email}" has no second factor that this concerns; start one first',
  },
  'second_factor.own': {
    kind: 'conflict',
    message: 'This is your own second factor; remove it with password and code',
  },
  'second_factor.unavailable': {
    kind: 'unavailable',
    message:
      'Second factors are unavailable: HOURGLASS_SECRET_KEY is not set, or differs from the one that encrypted the secret; a recovery code works',
  },
  'token.not_found': { kind: 'not_found', message: 'No token "{id}"' },
  'access_key.not_found': { kind: 'not_found', message: 'No access key "{id}"' },
  'access_key.unavailable': {
    kind: 'unavailable',
    message:
      'Access keys are unavailable: HOURGLASS_SECRET_KEY is not set, or differs from the one that encrypted the key',
  },
  'signature.refused': {
    kind: 'unauthenticated',
    message:
      'The request is not signed; expected accesskey_id, expires within 24 hours and the signature by a valid access key, each once',
  },
  'account.limit': {
    kind: 'conflict',
    message: 'The organization already has {limit} {resource}, the maximum',
  },
} as const satisfies Record<string, { kind: ErrorKind; message: string }>;
