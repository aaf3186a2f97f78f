import type { Request } from 'express';
import { ReportError, type Principal } from '@hourglass/reports';

/** The e-mail address in the path. */
export function emailOf(request: Request): string {
  return String(request.params['email']);
}

/**
 * Requires that the path names the caller. Returns the address in lower case.
 * @throws ReportError `user.not_found`, also for users that exist
 */
export function requireOwnEmail(request: Request, { email }: Principal): string {
  if (emailOf(request).toLowerCase() === email) return email;
  throw new ReportError('user.not_found', { email: emailOf(request) });
}
