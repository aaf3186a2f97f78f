const mebibyte = 1024 * 1024;
const smallestPartBytes = 8 * mebibyte;
/** The limit of S3's multipart uploads. */
const maxParts = 10_000;
/** Bound of the memory for parts in flight; one part is always allowed. */
const memoryBytes = 64 * mebibyte;
const maxConcurrency = 4;

export interface UploadPlan {
  readonly partBytes: number;
  /** The number of parts in flight at a time. */
  readonly concurrency: number;
}

/**
 * Plans parts of 8 MiB for files of up to 80 GB; for larger files the smallest parts of which
 * 10,000 suffice.
 */
export function planUpload(fileBytes: number): UploadPlan {
  const needed = Math.ceil(fileBytes / maxParts / mebibyte) * mebibyte;
  const partBytes = Math.max(smallestPartBytes, needed);
  const concurrency = Math.min(maxConcurrency, Math.max(1, Math.floor(memoryBytes / partBytes)));
  return { partBytes, concurrency };
}
