import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export interface S3Options {
  /** Null or absent: AWS itself. */
  readonly endpoint?: string | null;
  readonly bucket: string;
  readonly region: string;
  /** Null or absent: the SDK's own chain (instance role, profile). */
  readonly accessKeyId?: string | null;
  readonly secretAccessKey?: string | null;
  readonly forcePathStyle: boolean;
}

const connectionTimeoutMs = 5_000;
/** Until the answer's head; a body has its own limit in `guardBody`. */
const requestTimeoutMs = 30_000;
const maxAttempts = 3;

export function connect(options: S3Options): S3Client {
  return new S3Client({
    ...clientConfig(options),
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
}

/**
 * A client for one upload over the sockets of `client`: each of its requests ends when `signal` aborts, which
 * lib-storage does not do by itself, and a part may take as long as `requestTimeoutMs`.
 */
export function connectForUpload(
  client: S3Client,
  options: S3Options,
  limits: { signal: AbortSignal; requestTimeoutMs: number },
): S3Client {
  const handler = client.config.requestHandler;
  return new S3Client({
    ...clientConfig(options),
    credentials: client.config.credentials,
    requestHandler: {
      metadata: handler.metadata ?? { handlerProtocol: 'http/1.1' },
      handle: (...[request, handlerOptions]: Parameters<typeof handler.handle>) =>
        handler.handle(request, {
          ...handlerOptions,
          abortSignal: limits.signal,
          requestTimeout: limits.requestTimeoutMs,
        }),
      destroy: () => {},
    },
  });
}

function clientConfig(options: S3Options): S3ClientConfig {
  const { endpoint, region, forcePathStyle, accessKeyId, secretAccessKey } = options;
  return {
    region,
    forcePathStyle,
    maxAttempts,
    // The checksums that the SDK adds by default are refused by many stores other than AWS.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint && { endpoint }),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
