import { z } from 'zod';
import { accountTime } from './account-fields.ts';

/** A link to an archive, without its signature. */
export const resultLinkView = z
  .strictObject({
    id: z.string(),
    query: z.string().describe('Id of the query.'),
    environment: z.string(),
    email: z.string().describe('E-mail address for which the link was made.'),
    created: accountTime,
    expires: accountTime,
  })
  .meta({ id: 'ResultLink' });

/** Response to `GET …/resultLinks`, newest first. */
export const resultLinkList = z
  .strictObject({ links: z.array(resultLinkView) })
  .meta({ id: 'ResultLinkList' });
export type ResultLinkList = z.infer<typeof resultLinkList>;

/** Response to `DELETE …/resultLinks` and to a change of their key. */
export const revokedLinks = z.strictObject({ revoked: z.int() }).meta({ id: 'RevokedLinks' });
export type RevokedLinksView = z.infer<typeof revokedLinks>;
