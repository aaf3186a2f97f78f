import { createByteBudget, type ByteBudget } from '@hourglass/facts';
import type { UploadCounts } from '@hourglass/platform';
import { createKeyedSemaphore, RetryLater, type KeyedSemaphore } from '@hourglass/reports';

/** The right to send a body now. */
interface UploadPermit {
  /** Disk space that the bodies of the organization share. */
  readonly scratch: ByteBudget;
  /** Only the first call has an effect. */
  release(): void;
}

export interface UploadAdmission {
  /**
   * Waits for a permit before the body is read.
   * @throws RetryLater `limit.uploads` if none is free in time, or too many callers wait
   */
  admit(organization: string, signal: AbortSignal): Promise<UploadPermit>;
  count(): UploadCounts;
}

export interface UploadLimits {
  readonly maxUploads: number;
  readonly maxUploadsPerOrganization: number;
  readonly maxWaitMs: number;
  readonly maxScratchBytesPerOrganization: number;
}

/** A waiting caller holds a connection, but nothing of its body. */
const maxWaitingPerOrganization = 128;
const maxRetryAfterSeconds = 5;

interface OrganizationUploads {
  readonly scratch: ByteBudget;
  permits: number;
}

/** Bounds the bodies that one API process receives at the same time. */
export function createUploadAdmission(limits: UploadLimits): UploadAdmission {
  const semaphore = createKeyedSemaphore({
    permits: limits.maxUploads,
    permitsPerKey: limits.maxUploadsPerOrganization,
  });
  const organizations = new Map<string, OrganizationUploads>();
  return {
    count: () => ({ receiving: semaphore.held(), waiting: semaphore.waiting() }),
    async admit(organization, signal) {
      const releasePermit = await waitForPermit(semaphore, { organization, signal }, limits);
      const uploads = organizations.get(organization) ?? {
        scratch: createByteBudget(limits.maxScratchBytesPerOrganization),
        permits: 0,
      };
      organizations.set(organization, uploads);
      uploads.permits += 1;
      let isHeld = true;
      return {
        scratch: uploads.scratch,
        release() {
          if (!isHeld) return;
          isHeld = false;
          uploads.permits -= 1;
          if (uploads.permits === 0) organizations.delete(organization);
          releasePermit();
        },
      };
    },
  };
}

/** @throws RetryLater `limit.uploads` */
async function waitForPermit(
  semaphore: KeyedSemaphore,
  { organization, signal }: { readonly organization: string; readonly signal: AbortSignal },
  { maxWaitMs }: UploadLimits,
): Promise<() => void> {
  const retryAfterSeconds = Math.min(Math.max(1, Math.ceil(maxWaitMs / 1000)), maxRetryAfterSeconds);
  const refusal = new RetryLater('limit.uploads', retryAfterSeconds);
  if (semaphore.waiting(organization) >= maxWaitingPerOrganization) throw refusal;
  const waited = new AbortController();
  const timer = setTimeout(() => waited.abort(refusal), maxWaitMs);
  try {
    return await semaphore.acquire(organization, AbortSignal.any([signal, waited.signal]));
  } finally {
    clearTimeout(timer);
  }
}
