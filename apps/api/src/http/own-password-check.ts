import type { Request, Response } from 'express';
import type { IsCurrentPassword, Principal } from '@hourglass/reports';
import type { Passwords } from '../passwords.ts';
import { clientAddress } from './client-address.ts';
import { clientGone } from './client-gone.ts';
import { noteRefusal } from './refusals.ts';

/** Checks the password of a caller beside the token. A wrong one is a refusal in the audit log. */
export function ownPasswordCheck(
  passwords: Pick<Passwords, 'check'>,
  { email }: Principal,
  request: Request,
  response: Response,
): IsCurrentPassword {
  const origin = { address: clientAddress(request), signal: clientGone(response) };
  return async (password) => {
    const isCurrent = (await passwords.check({ email, password, ...origin })) !== null;
    if (!isCurrent) noteRefusal(response);
    return isCurrent;
  };
}
