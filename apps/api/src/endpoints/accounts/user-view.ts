import type { Request } from 'express';
import type { UserView } from '@hourglass/contract';
import type { UserRecord } from '@hourglass/reports';

export const usersPath = '/v1/organizations/:organization/users';
export const usersTag = 'Users';

export function userViewOf({ email, role, createdAt }: UserRecord): UserView {
  return { email, role, created: createdAt.toISOString() };
}

/** The e-mail address that the path names. */
export function emailOf(request: Request): string {
  return String(request.params['email']);
}
