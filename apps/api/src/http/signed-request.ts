import { randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { isSignedWith, isValidAt, readSignedQuery, type QueryParameter } from '@hourglass/contract';
import type { Tenant } from '@hourglass/query';
import {
  ReportError,
  invalidRequest,
  openSecret,
  sealSecret,
  type AccessKeyStore,
  type FieldFault,
  type UsableAccessKey,
} from '@hourglass/reports';
import { readSmallBody } from './small-body.ts';

/** The tenant and parameters of a request with a valid signature. */
export interface Signed {
  readonly tenant: Tenant;
  /** Without those of the signature; each occurs once. */
  readonly parameters: readonly QueryParameter[];
}

/**
 * @throws ReportError `signature.refused` for every fault of a signature, `access_key.unavailable`,
 * `organization.suspended`,
 * `request.invalid` for a query string above the maximum length
 */
export type SignatureCheck = (request: Request) => Promise<Signed>;

export interface SignatureCheckPorts {
  readonly accessKeys: Pick<AccessKeyStore, 'findUsable'>;
  /** 32 bytes that encrypt the secrets of access keys; null: not configured. */
  readonly secretKey: Uint8Array | null;
  readonly nowMs: () => number;
}

/**
 * More than any request needs. Hashing megabytes for unauthenticated clients would delay other
 * requests.
 */
const maxQueryLength = 524_288;

/** No key has another id, so refusing it at once reveals nothing, and nothing long is looked up. */
const keyIdPattern = /^[\w-]{1,64}$/;

const noTenant: Tenant = { organization: '', environment: '', environmentId: 0 };

/**
 * Creates a signature check that takes equally long for an unknown access key and a wrong secret.
 */
export function signatureCheck({ accessKeys, secretKey, nowMs }: SignatureCheckPorts): SignatureCheck {
  const decoy = secretKey === null ? null : decoyKey(secretKey);
  return async (request) => {
    const [path, text] = splitTarget(request.originalUrl);
    if (text.length > maxQueryLength) throw invalidRequest([tooLong(text)]);
    const query = readSignedQuery(text);
    if (query === null || !isValidAt(query.expires, nowMs())) throw new ReportError('signature.refused');
    if (secretKey === null || decoy === null) throw new ReportError('access_key.unavailable');
    const { accesskeyId, signature, ...signed } = query;
    if (!keyIdPattern.test(accesskeyId)) throw new ReportError('signature.refused');
    const found = await accessKeys.findUsable(accesskeyId);
    const key = found ?? decoy;
    const secret = openSecret(key.sealedSecret, secretKey, key.id);
    if (secret === null) throw new ReportError('access_key.unavailable');
    const body = await readSmallBody(request);
    const isRight = isSignedWith({ method: request.method, path, body, ...signed }, signature, secret);
    if (!isRight || found === null) throw new ReportError('signature.refused');
    const { organization } = key.tenant;
    if (key.isSuspended) throw new ReportError('organization.suspended', { organization });
    return { tenant: key.tenant, parameters: signed.parameters };
  };
}

/** Path and query string, without the `?`. */
function splitTarget(target: string): readonly [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function tooLong({ length }: string): FieldFault {
  return { field: 'query', message: `it has ${length} characters; expected at most ${maxQueryLength}` };
}

/** Replaces a key that does not exist, so that the same work precedes the same response. */
function decoyKey(secretKey: Uint8Array): UsableAccessKey {
  const id = randomBytes(24).toString('base64url');
  const sealedSecret = sealSecret(randomBytes(32).toString('base64url'), secretKey, id);
  return { id, tenant: noTenant, isSuspended: false, sealedSecret };
}
