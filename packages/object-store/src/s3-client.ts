import type http from 'node:http';
import type https from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export interface S3Options {
  /** Null or absent: AWS. */
  readonly endpoint?: string | null;
  readonly bucket: string;
  readonly region: string;
  /** Null or absent: the SDK's credential chain (instance role, profile). */
  readonly accessKeyId?: string | null;
  readonly secretAccessKey?: string | null;
  readonly forcePathStyle: boolean;
}

const connectionTimeoutMs = 5_000;
/** Time until the head of the response; `guardBody` limits the body. */
const requestTimeoutMs = 30_000;
const maxAttempts = 3;

/** Make the connections of a client. */
export interface S3Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

export function connect(options: S3Options, agents: Partial<S3Agents> = {}): S3Client {
  return new S3Client({
    ...clientConfig(options),
    requestHandler: {
      ...agents,
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
}

/**
 * Returns a client for one upload that shares the sockets of `client`. Its requests end when
 * `signal` aborts, which lib-storage does not do by itself, or after `requestTimeoutMs`.
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
    // Many stores other than AWS refuse the checksums that the SDK adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint && { endpoint }),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
