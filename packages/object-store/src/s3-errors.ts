import { S3ServiceException } from '@aws-sdk/client-s3';
import { ServiceUnavailable } from '@hourglass/reports';

/**
 * Statuses below 500 that mean the store refuses service: credentials, permission, missing bucket,
 * overload.
 */
const refusals = [401, 403, 404, 408, 429];

/**
 * Returns the error to throw for an error of the SDK: `ServiceUnavailable`, unless the response
 * blames the request itself (400, for example), where a retry would not help. Callers handle a
 * missing key before.
 */
export function asStoreError(error: unknown): unknown {
  if (error instanceof ServiceUnavailable) return error;
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    if (status >= 400 && status < 500 && !refusals.includes(status)) return error;
  }
  return new ServiceUnavailable('object store', error);
}

/** Awaits a request to the store and throws its error by `asStoreError`. */
export async function requested<Response>(request: Promise<Response>): Promise<Response> {
  try {
    return await request;
  } catch (error) {
    throw asStoreError(error);
  }
}

export function isMissingKey(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}

export function isRangeBeyondEnd(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416;
}
