import type { AuditOf } from '../audit/audit-event.ts';
import { ReportError } from '../errors.ts';
import type { Principal } from './accounts.ts';
import { requireCurrentPassword, type IsCurrentPassword } from './password-rules.ts';
import { sealSecret } from './sealed-secret.ts';
import {
  codeCheck,
  recoveryHash,
  requireAccepted,
  secretOwner,
  type CodePorts,
} from './second-factor-codes.ts';
import type { SecondFactorStore } from './second-factors.ts';

export interface StartSecondFactorPorts extends CodePorts {
  readonly secondFactors: Pick<SecondFactorStore, 'start'>;
  readonly isCurrentPassword: IsCurrentPassword;
  readonly audit: AuditOf<void>;
}

/** Shown once. */
export interface SecondFactorSecret {
  /** Base32. */
  readonly secret: string;
  /** An `otpauth://` URL. */
  readonly url: string;
}

/**
 * Makes the pending second factor of the caller. A token alone does not suffice: a stolen one must not
 * lock out its user.
 * @throws ReportError `second_factor.unavailable` without a secret key, `request.invalid` for a wrong
 * password, `second_factor.active`
 */
export async function startSecondFactor(
  { organization, email }: Principal,
  password: string,
  { secondFactors, isCurrentPassword, totp, secretKey, audit }: StartSecondFactorPorts,
): Promise<SecondFactorSecret> {
  if (secretKey === null) throw new ReportError('second_factor.unavailable');
  await requireCurrentPassword('password', password, isCurrentPassword);
  const secret = totp.newSecret();
  const sealedSecret = sealSecret(secret, secretKey, secretOwner(email));
  await secondFactors.start(organization, email, sealedSecret, audit);
  return { secret, url: totp.urlOf(secret, email) };
}

export interface ConfirmSecondFactorPorts extends CodePorts {
  readonly secondFactors: Pick<SecondFactorStore, 'confirm'>;
  readonly newRecoveryCode: () => string;
  readonly audit: AuditOf<void>;
}

const recoveryCodes = 10;

/**
 * Activates the pending second factor of the caller. Returns the recovery codes, which are stored as
 * hashes only.
 * @throws ReportError as `requireAccepted`
 */
export async function confirmSecondFactor(
  { organization, email }: Principal,
  code: string,
  { secondFactors, newRecoveryCode, audit, ...ports }: ConfirmSecondFactorPorts,
): Promise<readonly string[]> {
  const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
  const confirmation = {
    check: codeCheck(code, email, ports),
    recoveryHashes: codes.map(recoveryHash),
  };
  requireAccepted(await secondFactors.confirm(organization, email, confirmation, audit), email);
  return codes;
}
