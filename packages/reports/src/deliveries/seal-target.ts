import { sealSecret } from '../accounts/sealed-secret.ts';
import { invalidRequest, ReportError, type FieldFault } from '../errors.ts';
import type { DeliveryTarget, ShownTarget, StoredTarget, TargetSecrets } from './delivery-target.ts';
import type { TargetRules } from './manage-webhooks.ts';

export interface SealTargetPorts {
  readonly targets: TargetRules;
  /** 32 bytes that encrypt secrets. Null when the setting is missing. */
  readonly secretKey: Uint8Array | null;
  /** Whether this instance has a mail server. */
  readonly sendsMail: boolean;
  /** Whether this instance knows the URL by which links lead to it. */
  readonly hasPublicUrl: boolean;
  readonly newId: () => string;
}

/**
 * Checks a target against the rules and settings of this instance, and separates its secrets.
 * @param field the target's place in the request, such as `delivery[0]`; empty: the body
 * @throws ReportError `request.invalid`; `delivery.unavailable` without a secret key
 */
export function sealTarget(
  environmentId: number,
  target: DeliveryTarget,
  { targets, secretKey, newId, ...instance }: SealTargetPorts,
  field = '',
): StoredTarget {
  const fault = faultOf(target, targets, instance);
  if (fault !== null)
    throw invalidRequest([{ ...fault, field: [field, fault.field].filter((part) => part !== '').join('.') }]);
  if (secretKey === null) throw new ReportError('delivery.unavailable');
  const id = newId();
  const { shown, secrets, receiver } = partsOf(target);
  return {
    id,
    kind: target.kind,
    lane: 'endpoint' in shown && shown.kind === 'webhook' ? shown.endpoint : `${environmentId} ${receiver}`,
    shown,
    sealed: sealSecret(JSON.stringify(secrets), secretKey, id),
    endpointId: 'endpoint' in shown && shown.kind === 'webhook' ? shown.endpoint : null,
  };
}

function faultOf(
  target: DeliveryTarget,
  targets: TargetRules,
  { sendsMail, hasPublicUrl }: Pick<SealTargetPorts, 'sendsMail' | 'hasPublicUrl'>,
): FieldFault | null {
  const { kind } = target;
  if (kind === 'email' && !sendsMail) {
    const message =
      'this instance sends no e-mail; expected webhook, s3 or slack, or that an operator sets HOURGLASS_SMTP_URL';
    return { field: 'kind', message };
  }
  if ((kind === 'email' || kind === 'slack') && !hasPublicUrl) {
    const message = `${kind} contains a link; expected webhook or s3, or that an operator sets HOURGLASS_PUBLIC_URL`;
    return { field: 'kind', message };
  }
  if ('url' in target) return named('url', targets.faultOf(target.url));
  if (kind === 's3' && target.endpoint !== null) return named('endpoint', targets.faultOf(target.endpoint));
  return null;
}

function named(field: string, message: string | null): FieldFault | null {
  return message === null ? null : { field, message };
}

interface Parts {
  readonly shown: ShownTarget;
  readonly secrets: TargetSecrets;
  /** Deliveries to it share a lane. */
  readonly receiver: string;
}

function partsOf(target: DeliveryTarget): Parts {
  if (target.kind === 'email') return { shown: target, secrets: {}, receiver: 'email' };
  if (target.kind === 's3') {
    const { secretAccessKey, ...shown } = target;
    const receiver = `s3 ${shown.endpoint ?? shown.region} ${shown.bucket}`;
    return { shown, secrets: { secretAccessKey }, receiver };
  }
  if ('endpoint' in target) return { shown: target, secrets: {}, receiver: target.endpoint };
  const { kind, url } = target;
  const { host } = new URL(url);
  const secret = kind === 'webhook' ? target.secret : null;
  const secrets = { url, ...(secret === null ? {} : { secret }) };
  return { shown: { kind, host }, secrets, receiver: `${kind} ${host}` };
}
