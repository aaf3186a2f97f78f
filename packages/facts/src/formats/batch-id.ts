import type { NdjsonBatch } from './ndjson-batches.ts';

/**
 * Derives the id of a batch from the dataset, the line at which it begins in its file, and the facts, so that a repeated
 * import stores nothing twice, by whichever program. The options that change facts are thereby part of it; the file's
 * name, tenant and time are not. The line distinguishes equal batches of one file.
 * @param body its text, or the UTF-8 of it
 * @param sha256 returns the hash of the parts, one after the other, as hexadecimal digits
 */
export function contentBatchId<Text extends string | Uint8Array>(
  dataset: string,
  { body, fileLines }: { readonly body: Text } & Pick<NdjsonBatch, 'fileLines'>,
  sha256: (parts: readonly (string | Text)[]) => string,
): string {
  return `import-${sha256([`${dataset}\n${fileLines[0] ?? 0}\n`, body]).slice(0, 32)}`;
}
