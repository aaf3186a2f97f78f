import { z } from 'zod';
import { queryParams } from './queries.ts';

/** Response to `GET …/queries/{id}/resulturl`. */
export const resultUrls = z
  .strictObject({
    urls: z.array(
      z.strictObject({
        uri: z.url().describe('Valid for at most one hour; needs no credentials.'),
        md5: z
          .string()
          .regex(/^[0-9a-f]{32}$/)
          .optional()
          .describe('Checksum of the archive, hex. Absent for results of versions that did not compute it.'),
        sizeBytes: z.string().regex(/^\d+$/).describe('A string, as Apigee X writes 64-bit integers.'),
      }),
    ),
  })
  .meta({ id: 'ResultUrls' });
export type ResultUrls = z.infer<typeof resultUrls>;

const resultColumn = z
  .strictObject({
    name: z.string(),
    type: z.enum(['INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'DATETIME']),
    unit: z.string().nullable().describe('Of a metric; null if it has none, and for dimensions.'),
  })
  .meta({ id: 'ResultColumn' });

/**
 * Response to `GET …/queries/{id}/resultView` for a completed query. Other states get the error
 * of `/result`.
 */
export const resultView = z
  .strictObject({
    code: z.literal(200),
    error: z.literal('').describe('Always empty.'),
    state: z.literal('completed'),
    metadata: queryParams,
    columns: z
      .array(resultColumn)
      .optional()
      .describe('The columns of the rows, in their order. Absent for queries of hosts without pageSize.'),
    nextPageToken: z
      .string()
      .optional()
      .describe('pageToken of the next page. Absent without pageSize, and on the last page.'),
    rows: z
      .array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])))
      .describe("The rows as in NDJSON, whatever the query's output format."),
  })
  .meta({ id: 'ResultView' });
export type ResultView = z.infer<typeof resultView>;

/** Response to `GET /v1/manifest-key`. */
export const manifestKey = z.object({
  keyId: z
    .string()
    .describe('The id in manifests: the first 16 hex digits of the SHA-256 of the SPKI bytes.'),
  algorithm: z.literal('Ed25519'),
  publicKey: z.string().describe('SPKI in PEM.'),
});
export type ManifestKey = z.infer<typeof manifestKey>;
