import { S3ServiceException } from '@aws-sdk/client-s3';
import { ServiceUnavailable } from '@hourglass/reports';

/** Statuses below 500 with which a store refuses to serve: credentials, permission, no such bucket, overload. */
const refusals = [401, 403, 404, 408, 429];

/**
 * What the SDK threw, as what callers act on. Only an answer that blames the request itself (a 400, say) stays as
 * it is, because trying again would not help; a missing key must have been handled before.
 */
export function asStoreError(error: unknown): unknown {
  if (error instanceof ServiceUnavailable) return error;
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    if (status >= 400 && status < 500 && !refusals.includes(status)) return error;
  }
  return new ServiceUnavailable('object store', error);
}

export function isMissingKey(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}

export function isRangeBeyondEnd(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416;
}
