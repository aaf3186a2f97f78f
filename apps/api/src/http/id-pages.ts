import { wholeNumber } from '@hourglass/contract';
import { z } from 'zod';
import { nameAfter, namePageToken } from './page-token.ts';

const maxPageSize = 2000;
const defaultPageSize = 100;

/** Parameters of a list that is sorted by id. */
export const idPageParameters = {
  pageSize: wholeNumber({ min: 1, max: maxPageSize })
    .default(defaultPageSize)
    .describe(`Entries per page, at most ${maxPageSize}; ${defaultPageSize} by default.`),
  pageToken: z.string().optional().describe('nextPageToken of the previous page.'),
};

interface AskedPage {
  readonly pageSize: number;
  readonly pageToken: string | undefined;
}

/**
 * Reads a page of a list that is sorted by id.
 * @param listed what is listed: a token of another list is refused
 * @param read reads at most `limit` entries after an id; null: from the first
 * @throws ReportError `request.invalid` for a token that this list did not return
 */
export async function pageById<Item extends { readonly id: string }>(
  { pageSize, pageToken }: AskedPage,
  listed: object,
  read: (after: string | null, limit: number) => Promise<readonly Item[]>,
): Promise<{ readonly items: readonly Item[]; readonly nextPageToken?: string }> {
  const after = pageToken === undefined ? null : nameAfter(pageToken, listed);
  // One more than the page shows whether another page follows.
  const found = await read(after, pageSize + 1);
  const items = found.slice(0, pageSize);
  const last = found.length > pageSize ? items.at(-1) : undefined;
  return { items, ...(last === undefined ? {} : { nextPageToken: namePageToken(last.id, listed) }) };
}
