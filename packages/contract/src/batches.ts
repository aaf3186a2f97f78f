import { z } from 'zod';

/** A batch in `GET …/batches`. */
export const batchView = z
  .strictObject({
    batch: z.string().describe('Idempotency key of the batch, unique in its dataset.'),
    dataset: z.string().describe('Dataset or record set.'),
    created: z.iso.datetime(),
    createdBy: z
      .string()
      .nullable()
      .describe('E-mail address of the user, or of the user of the token. null: an earlier version.'),
    facts: z
      .int()
      .describe(
        'Facts or records that were accepted, without those that a time range deleted while they were hot.',
      ),
    firstTimestamp: z.iso
      .datetime()
      .nullable()
      .describe('Time of the first fact. null: records, or an earlier version.'),
    lastTimestamp: z.iso.datetime().nullable().describe('Time of the last fact, inclusive.'),
  })
  .meta({ id: 'Batch' });
export type BatchView = z.infer<typeof batchView>;

/** Response to `GET …/batches`. */
export const batchList = z
  .strictObject({
    batches: z.array(batchView).describe('Newest first.'),
    nextPageToken: z.string().optional().describe('Present if there are more batches.'),
  })
  .meta({ id: 'BatchList' });
export type BatchList = z.infer<typeof batchList>;

/** Response to `DELETE …/batches/{batch}`. */
export const deletedBatch = z
  .strictObject({
    batch: z.string(),
    dataset: z.string(),
    facts: z
      .int()
      .nullable()
      .describe(
        'Number of its facts that were visible: not deleted with a time range, and not past their retention. null: they could not be counted.',
      ),
  })
  .meta({ id: 'DeletedBatch' });
export type DeletedBatch = z.infer<typeof deletedBatch>;

/** Response to `DELETE …/facts/{dataset}`. */
export const deletedFacts = z
  .strictObject({
    dataset: z.string(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    facts: z
      .int()
      .nullable()
      .describe('Number of the deleted facts. null: they are deleted, but could not be counted.'),
    bytes: z.int().optional().describe('Only with dryRun: approximate size of the facts.'),
  })
  .meta({ id: 'DeletedFacts' });
export type DeletedFacts = z.infer<typeof deletedFacts>;
