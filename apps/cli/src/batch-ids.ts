import { createHash, randomUUID } from 'node:crypto';
import type { NdjsonBatch } from '@hourglass/facts';

/** Position of a batch in the files of one import. Both numbers begin with 1. */
interface BatchPlace {
  readonly fileNumber: number;
  readonly batchNumber: number;
}

/** Names the batches of an import. A batch is accepted once per id. */
export type BatchIds = (batch: NdjsonBatch, place: BatchPlace) => string;

/**
 * Derives an id from the dataset, the line at which the batch begins in its file, and the facts.
 * The options that change facts are thereby part of it; the file's name, tenant and time are not.
 * The line distinguishes equal batches of one file.
 */
export function batchIdsByContent(dataset: string): BatchIds {
  return ({ body, fileLines }) => {
    const hash = createHash('sha256')
      .update(`${dataset}\n${fileLines[0] ?? 0}\n`)
      .update(body);
    return `import-${hash.digest('hex').slice(0, 32)}`;
  };
}

/** Continues an import of the same name, whose files and options have to be the same. */
export function batchIdsByName(name: string): BatchIds {
  return (_, { fileNumber, batchNumber }) => `${name}-${fileNumber}-${batchNumber}`;
}

/** Stores every batch, whatever was imported before. */
export function newBatchIds(): BatchIds {
  return batchIdsByName(randomUUID());
}
