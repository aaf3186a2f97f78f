import { systemActor, type AuditAction, type AuditDetails, type AuditEvent } from '@hourglass/reports';

/** The event of a job. Statements that know the tenant add it. */
export function systemEvent(action: AuditAction, details: AuditDetails = {}): AuditEvent {
  return {
    actor: systemActor,
    action,
    organization: null,
    environment: null,
    object: null,
    refusal: null,
    details,
  };
}
