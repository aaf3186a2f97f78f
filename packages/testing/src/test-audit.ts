import { systemActor, type AuditEvent } from '@hourglass/reports';

/** An event for writes in tests that are not about the audit log. */
export const testEvent: AuditEvent = {
  actor: systemActor,
  action: 'user.change',
  organization: null,
  environment: null,
  object: null,
  refusal: null,
  details: {},
};

export function testAudit(): AuditEvent {
  return testEvent;
}
