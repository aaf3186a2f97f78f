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

/** What a signed request may see, and what it asks for. */
export interface Signed {
  readonly tenant: Tenant;
  /** Each once, without those of the signature. */
  readonly parameters: readonly QueryParameter[];
}

/**
 * @throws ReportError `signature.refused` whatever is wrong with the signature, `access_key.unavailable`, and
 * `request.invalid` for more than a signature is looked for in
 */
export type SignatureCheck = (request: Request) => Promise<Signed>;

export interface SignatureCheckPorts {
  readonly accessKeys: Pick<AccessKeyStore, 'findUsable'>;
  /** 32 bytes that encrypt the secrets of access keys; null: the settings have none. */
  readonly secretKey: Uint8Array | null;
  readonly nowMs: () => number;
}

/** More than any request needs. Hashing a megabyte for whoever sends one would hold up everybody else. */
const maxQueryLength = 524_288;

const nobody: Tenant = { organization: '', environment: '', environmentId: 0 };

/** Makes a check of signatures that takes as long for an unknown access key as for a wrong secret. */
export function signatureCheck({ accessKeys, secretKey, nowMs }: SignatureCheckPorts): SignatureCheck {
  const decoy = secretKey === null ? null : decoyKey(secretKey);
  return async (request) => {
    const [path, text] = splitTarget(request.originalUrl);
    if (text.length > maxQueryLength) throw invalidRequest([tooLong(text)]);
    const query = readSignedQuery(text);
    if (query === null || !isValidAt(query.expires, nowMs())) throw new ReportError('signature.refused');
    if (secretKey === null || decoy === null) throw new ReportError('access_key.unavailable');
    const { accesskeyId, signature, ...signed } = query;
    const found = await accessKeys.findUsable(lookedUp(accesskeyId));
    const key = found ?? decoy;
    const secret = openSecret(key.sealedSecret, secretKey, key.id);
    if (secret === null) throw new ReportError('access_key.unavailable');
    const body = await readSmallBody(request);
    const isRight = isSignedWith({ method: request.method, path, body, ...signed }, signature, secret);
    if (!isRight || found === null) throw new ReportError('signature.refused');
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

/** Stands in for a key that does not exist, so that just as much is done before the answer is the same. */
function decoyKey(secretKey: Uint8Array): UsableAccessKey {
  const id = randomBytes(24).toString('base64url');
  const sealedSecret = sealSecret(randomBytes(32).toString('base64url'), secretKey, id);
  return { id, tenant: nobody, sealedSecret };
}

/** PostgreSQL has no NUL in texts; nothing has such an id, and it is looked for all the same. */
function lookedUp(accesskeyId: string): string {
  return accesskeyId.replaceAll('\0', '');
}
