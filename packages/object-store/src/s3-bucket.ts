import {
  CreateBucketCommand,
  HeadBucketCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ServiceUnavailable } from '@hourglass/reports';
import { connect, type S3Options } from './s3-client.ts';
import { asStoreError } from './s3-errors.ts';

const checkTimeoutMs = 5_000;

/** The bucket of a store, with the client that reaches it. */
export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
}

/** Checks access to the bucket. @throws ServiceUnavailable for any failure, and after 5 s */
export async function checkBucket({ client, name }: Bucket): Promise<void> {
  try {
    const abortSignal = AbortSignal.timeout(checkTimeoutMs);
    await client.send(new HeadBucketCommand({ Bucket: name }), { abortSignal });
  } catch (error) {
    throw new ServiceUnavailable('object store', error);
  }
}

/**
 * Creates the bucket unless it exists. Looks first, because access to a bucket does not imply
 * permission to create one.
 * @throws ServiceUnavailable when the bucket neither exists nor can be created
 */
export async function ensureBucket(options: S3Options): Promise<void> {
  const client = connect(options);
  try {
    if (await bucketExists(client, options.bucket)) return;
    await client.send(new CreateBucketCommand({ Bucket: options.bucket }));
  } catch (error) {
    const createdMeanwhile = error instanceof S3ServiceException && error.name === 'BucketAlreadyOwnedByYou';
    if (!createdMeanwhile) throw asStoreError(error);
  } finally {
    client.destroy();
  }
}

async function bucketExists(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
    throw error;
  }
}
