import { createHash, randomUUID } from 'node:crypto';
import { contentBatchId, type NdjsonBatch } from '@hourglass/facts';

/** Position of a batch in the files of one import. Both numbers begin with 1. */
interface BatchPlace {
  readonly fileNumber: number;
  readonly batchNumber: number;
}

/** Names the batches of an import. A batch is accepted once per id. */
export type BatchIds = (batch: NdjsonBatch, place: BatchPlace) => string;

/** The default: lines that were imported before are not stored again. */
export function batchIdsByContent(dataset: string): BatchIds {
  return (batch) =>
    contentBatchId(dataset, batch, (parts) =>
      parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex'),
    );
}

/** Continues an import of the same name, whose files and options have to be the same. */
export function batchIdsByName(name: string): BatchIds {
  return (_, { fileNumber, batchNumber }) => `${name}-${fileNumber}-${batchNumber}`;
}

/** Stores every batch, whatever was imported before. */
export function newBatchIds(): BatchIds {
  return batchIdsByName(randomUUID());
}
