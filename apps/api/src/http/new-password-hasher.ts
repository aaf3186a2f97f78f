import type { Response } from 'express';
import type { HashPassword, Principal } from '@hourglass/reports';
import type { Passwords } from '../passwords.ts';
import { clientGone } from './client-gone.ts';

/** Hashes the new passwords of a request, while its client waits. */
export function newPasswordHasher(
  passwords: Pick<Passwords, 'hashNew'>,
  { organization }: Principal,
  response: Response,
): HashPassword {
  return (password) => passwords.hashNew(password, { organization, signal: clientGone(response) });
}
