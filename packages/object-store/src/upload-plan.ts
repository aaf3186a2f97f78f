const mebibyte = 1024 * 1024;
const smallestPartBytes = 8 * mebibyte;
/** A limit of S3's multipart uploads. */
const maxParts = 10_000;
/** What the parts under way may hold in memory together; one part is always allowed. */
const memoryBytes = 64 * mebibyte;
const maxConcurrency = 4;

export interface UploadPlan {
  readonly partBytes: number;
  /** Parts under way at the same time. */
  readonly concurrency: number;
}

/** Files of up to 80 GB go in parts of 8 MiB; larger ones in parts just large enough for 10,000 of them. */
export function planUpload(fileBytes: number): UploadPlan {
  const needed = Math.ceil(fileBytes / maxParts / mebibyte) * mebibyte;
  const partBytes = Math.max(smallestPartBytes, needed);
  const concurrency = Math.min(maxConcurrency, Math.max(1, Math.floor(memoryBytes / partBytes)));
  return { partBytes, concurrency };
}
