import { z } from 'zod';

/** Answer of `GET …/queries/{id}/resulturl`. */
export const resultUrls = z
  .strictObject({
    urls: z.array(
      z.strictObject({
        /** Opens without credentials, for an hour at most. */
        uri: z.url(),
        /** Of the archive's bytes, hex. Missing for results of versions that did not compute it. */
        md5: z
          .string()
          .regex(/^[0-9a-f]{32}$/)
          .optional(),
        /** A text, as 64-bit integers are in X. */
        sizeBytes: z.string().regex(/^\d+$/),
      }),
    ),
  })
  .meta({ id: 'ResultUrls' });
export type ResultUrls = z.infer<typeof resultUrls>;
