import { hash, timingSafeEqual } from 'node:crypto';
import { invalidRequest, ReportError, RetryLater } from '../errors.ts';
import { openSecret } from './sealed-secret.ts';
import type { CheckCode, CodeOutcome } from './second-factors.ts';

/** Time-based one-time codes of RFC 6238: SHA-1, 6 digits, steps of 30 seconds. */
export interface TotpCodes {
  /** Makes a secret of 160 random bits, in base32. */
  newSecret(): string;
  /** Returns the `otpauth://` URL that authenticator apps read. */
  urlOf(secret: string, email: string): string;
  /**
   * Returns the step of a code: the current one, the one before or the one after. Null: it is of none
   * of them.
   */
  stepOf(secret: string, code: string, nowMs: number): number | null;
}

export interface CodePorts {
  readonly totp: TotpCodes;
  /** 32 bytes that seal secrets. Null when the setting is missing. */
  readonly secretKey: Uint8Array | null;
}

/** The owner with which the secret of a user's factor is sealed. Addresses of users never change. */
export function secretOwner(email: string): string {
  return `second factor of ${email}`;
}

/** Recovery codes have 80 random bits, so a slow hash would add no protection. Ignores letter case. */
export function recoveryHash(recoveryCode: string): string {
  return hash('sha256', recoveryCode.toLowerCase(), 'hex');
}

/**
 * Checks a code of an authenticator app, or a recovery code. A code of the newest accepted step or an
 * earlier one is wrong, so none is accepted twice. The check throws `second_factor.unavailable` when the
 * secret cannot be opened; recovery codes need no secret.
 * @param sent six digits, or a recovery code
 */
export function codeCheck(sent: string, email: string, { totp, secretKey }: CodePorts): CheckCode {
  return ({ sealedSecret, lastStep, recoveryHashes, nowMs }) => {
    if (!/^\d+$/.test(sent)) {
      const found = recoveryHashes.find((stored) => isSameHash(stored, recoveryHash(sent)));
      return found === undefined ? null : { kind: 'recoveryCode', hash: found };
    }
    const secret = secretKey && openSecret(sealedSecret, secretKey, secretOwner(email));
    if (secret === null) throw new ReportError('second_factor.unavailable');
    const step = totp.stepOf(secret, sent, nowMs);
    return step === null || step <= (lastStep ?? -1) ? null : { kind: 'code', step };
  };
}

function isSameHash(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}

/**
 * Requires the code of a caller beside the token.
 * @throws ReportError `request.invalid` for a wrong code, `second_factor.not_found`; RetryLater
 * `auth.delayed`
 */
export function requireAccepted(outcome: CodeOutcome, email: string): void {
  switch (outcome.kind) {
    case 'accepted':
      return;
    case 'none':
      throw new ReportError('second_factor.not_found', { email });
    case 'delayed':
      throw new RetryLater('auth.delayed', outcome.seconds);
    case 'wrong':
      throw invalidRequest([
        { field: 'code', message: 'wrong, expired or used before; expected the one that is shown now' },
      ]);
  }
}
