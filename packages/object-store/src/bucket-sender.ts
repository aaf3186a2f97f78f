import { createHash, type Hash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeadObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type {
  BucketSender,
  BucketTarget,
  OutgoingFile,
  Semaphore,
  SendOutcome,
  TargetRules,
} from '@hourglass/reports';
import { hashing, PartHash } from './part-hash.ts';
import { connectForUpload, connect, type S3Agents, type S3Options } from './s3-client.ts';
import { planUpload } from './upload-plan.ts';

export interface BucketSenderOptions {
  /** Connect only to addresses that are allowed. */
  readonly agents: S3Agents;
  readonly targets: TargetRules;
  /** Bounds uploads at the same time, each of which holds parts in memory. */
  readonly semaphore: Semaphore;
}

const partTimeoutMs = 120_000;

/** Uploads files to buckets of clients, with their credentials and over checked addresses. */
export function createBucketSender({ agents, targets, semaphore }: BucketSenderOptions): BucketSender {
  return {
    put: ({ endpoint, prefix, secretAccessKey, ...target }, file, signal) =>
      semaphore.run(signal, async () => {
        // Again: the settings may have changed since the target was saved.
        const fault = endpoint === null ? null : targets.faultOf(endpoint);
        if (fault !== null) return failed(`the endpoint ${fault}`);
        const options = { endpoint, secretAccessKey, ...target };
        const client = connect(options, agents);
        try {
          await upload({ client, options, key: `${prefix}${file.name}` }, file, signal);
          return { kind: 'delivered', status: 200 };
        } catch (error) {
          signal.throwIfAborted();
          return outcomeOf(error);
        } finally {
          client.destroy();
        }
      }),
  };
}

interface Destination {
  readonly client: S3Client;
  readonly options: S3Options;
  readonly key: string;
}

/** The stored bytes, or those of our store, differ from the ones that were written. */
class ChecksumDiffers extends Error {}

async function upload(
  { client, options, key }: Destination,
  file: OutgoingFile,
  callerSignal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([callerSignal, stop.signal]);
  const { partBytes } = planUpload(file.bytes);
  const parts = new PartHash(partBytes);
  const whole = createHash('md5');
  const body = hashing(parts);
  const reading = pipeline(await file.open(), digesting(whole), body, { signal });
  // Observed below; an upload that fails first destroys the stream.
  reading.catch(() => undefined);
  const sending = new Upload({
    client: connectForUpload(client, options, { signal, requestTimeoutMs: partTimeoutMs }),
    params: { Bucket: options.bucket, Key: key, Body: Readable.from(body), ContentType: 'application/zip' },
    partSize: partBytes,
    queueSize: 1,
  });
  try {
    const { ETag = '' } = await sending.done();
    await reading;
    if (file.md5 !== null && whole.digest('hex') !== file.md5)
      throw new ChecksumDiffers('the archive in the store of this instance is damaged');
    const etag = parts.etag();
    if (unquoted(ETag) !== etag)
      await requireStored(client, { ...options, key }, { etag, bytes: file.bytes });
  } catch (error) {
    stop.abort();
    await sending.abort().catch(() => undefined);
    throw error;
  } finally {
    body.destroy();
  }
}

function digesting(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

/**
 * Some stores return no ETag for an upload in parts. One that encrypts computes another: then the size
 * decides.
 */
async function requireStored(
  client: S3Client,
  { bucket, key }: Pick<BucketTarget, 'bucket'> & { readonly key: string },
  sent: { readonly etag: string; readonly bytes: number },
): Promise<void> {
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  if (unquoted(head.ETag ?? '') === sent.etag) return;
  const isEncrypted = head.ServerSideEncryption !== undefined || head.SSECustomerAlgorithm !== undefined;
  if (!isEncrypted || head.ContentLength !== sent.bytes)
    throw new ChecksumDiffers('the bucket has other bytes than were sent');
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}

/** Texts of the store are not shown: they may contain anything. */
function outcomeOf(error: unknown): SendOutcome {
  if (error instanceof ChecksumDiffers) return failed(error.message);
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? null;
    const name = /^\w{1,64}$/.test(error.name) ? error.name : 'an error';
    return { ...failed(`the store responded ${name}`), status };
  }
  const { name, code = '', message } = error as Error & { readonly code?: string };
  if (name === 'AddressRefused') return failed(message);
  return failed(`the upload failed${/^\w+$/.test(code) ? ` (${code})` : ''}`);
}

function failed(error: string) {
  return { kind: 'failed', status: null, error, retryAfterMs: null, isFinal: false, isGone: false } as const;
}
