import type { AuditOf } from '../audit/audit-event.ts';
import { ReportError } from '../errors.ts';
import { requireRole } from './account-roles.ts';
import type { Principal } from './accounts.ts';
import { requireCurrentPassword, type IsCurrentPassword } from './password-rules.ts';
import { codeCheck, requireAccepted, type CodePorts } from './second-factor-codes.ts';
import type { SecondFactorStore } from './second-factors.ts';

export interface RemoveOwnSecondFactorPorts extends CodePorts {
  readonly secondFactors: Pick<SecondFactorStore, 'removeWithCode'>;
  readonly isCurrentPassword: IsCurrentPassword;
  readonly audit: AuditOf<void>;
}

/**
 * Removes the second factor of the caller after a proof of both factors.
 * @param proof the password, and a code or recovery code
 * @throws ReportError `request.invalid` for a wrong password, and as `requireAccepted`
 */
export async function removeOwnSecondFactor(
  { organization, email }: Principal,
  proof: { readonly password: string; readonly code: string },
  { secondFactors, isCurrentPassword, audit, ...ports }: RemoveOwnSecondFactorPorts,
): Promise<void> {
  await requireCurrentPassword('password', proof.password, isCurrentPassword);
  const check = codeCheck(proof.code, email, ports);
  requireAccepted(await secondFactors.removeWithCode(organization, email, check, audit), email);
}

/**
 * Removes the second factor of another user, after its loss. The own one needs its code, so that a stolen
 * token of an administrator does not suffice.
 * @throws ReportError `user.not_found`, `second_factor.own`, `second_factor.not_found`; `auth.role` when the user is
 * above the caller
 */
export function removeSecondFactor(
  principal: Principal,
  email: string,
  {
    secondFactors,
    audit,
  }: { readonly secondFactors: Pick<SecondFactorStore, 'remove'>; readonly audit: AuditOf<void> },
): Promise<void> {
  if (email.toLowerCase() === principal.email) throw new ReportError('second_factor.own');
  return secondFactors.remove(
    principal.organization,
    email,
    (user) => requireRole(principal, user.role),
    audit,
  );
}
