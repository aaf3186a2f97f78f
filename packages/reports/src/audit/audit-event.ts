/** Writes to organizations, users, credentials and settings, and deletions of facts. */
export const administrativeActions = [
  'access_key.change',
  'access_key.create',
  'batch.delete',
  'custom_field.create',
  'custom_field.delete',
  'data_collector.create',
  'data_collector.delete',
  'delivery.create',
  'environment.create',
  'environment.delete',
  'environment.hostnames',
  'environment.limits',
  'environment.retention',
  'environment.undeclared_fields',
  'facts.delete',
  'link.revoke',
  'link.rotate_key',
  'organization.ceilings',
  'organization.create',
  'organization.delete',
  'organization.exchange_rates',
  'organization.resume',
  'organization.suspend',
  'report.change',
  'report.create',
  'report.delete',
  'schedule.change',
  'schedule.create',
  'schedule.delete',
  'second_factor.confirm',
  'second_factor.remove',
  'second_factor.start',
  'shared_view.create',
  'shared_view.delete',
  'token.create',
  'token.delete',
  'user.change',
  'user.create',
  'user.delete',
  'webhook.change',
  'webhook.create',
  'webhook.delete',
  'webhook.replay',
  'webhook.rotate_secret',
  'webhook.test',
] as const;

/** Every action of the audit log. Those with "purge" and "expire" are jobs of workers. */
export const auditActions = [
  ...administrativeActions,
  'audit.purge',
  'credentials.refused',
  'environment.purge',
  'facts.ingest',
  'facts.purge',
  'link.create',
  'link.open',
  'link.purge',
  'organization.purge',
  'query.cancel',
  'query.submit',
  'records.ingest',
  'result.download',
  'result.expire',
  'result.rows',
  'schedule.stop',
  'second_factor.use',
  'shared_view.open',
  'webhook.disable',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** `system` is the first start and the jobs of workers. A `stranger` has shown no valid credentials. */
export const actorKinds = ['user', 'token', 'link', 'system', 'stranger'] as const;

export interface Actor {
  readonly kind: (typeof actorKinds)[number];
  /** E-mail address of the user, or of the token's user. */
  readonly email: string | null;
  readonly tokenId: string | null;
  readonly linkId: string | null;
  /** The address by which the client is counted. Null: the system. */
  readonly address: string | null;
  readonly requestId: string | null;
}

/** Identify and describe the object. They contain neither secrets nor values of facts. */
export type AuditDetails = Readonly<
  Record<string, string | number | boolean | null | undefined | readonly string[]>
>;

export interface AuditEvent {
  readonly actor: Actor;
  readonly action: AuditAction;
  /** The organization that the event concerns. Null: the whole instance, or unknown. */
  readonly organization: string | null;
  readonly environment: string | null;
  /** Name or id of what the action is done to. */
  readonly object: string | null;
  /** Code of the error. Null: done. */
  readonly refusal: string | null;
  readonly details: AuditDetails;
}

/** Describes a write by its result, which is known only in its transaction. */
export type AuditOf<Result> = (result: Result) => AuditEvent;

/** The first start, and the jobs of workers. */
export const systemActor: Actor = {
  kind: 'system',
  email: null,
  tokenId: null,
  linkId: null,
  address: null,
  requestId: null,
};
