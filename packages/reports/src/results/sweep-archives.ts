import { archivePrefix, parseArchiveKey } from './archive-key.ts';
import type { ObjectStore } from './object-store.ts';
import type { QueryStore } from '../queries/query-store.ts';

const pageSize = 500;

/**
 * Deletes orphaned archives and incomplete uploads: of attempts that died, lost their lease, or
 * failed to delete their archive. Returns their number.
 *
 * Archives are listed before their queries are read. An attempt that is not running by then never
 * publishes, so a deleted archive never becomes a result.
 */
export async function sweepArchives({
  queries,
  objects,
}: {
  readonly queries: Pick<QueryStore, 'orphanedWork'>;
  readonly objects: Pick<ObjectStore, 'list' | 'listIncomplete' | 'delete'>;
}): Promise<number> {
  let swept = 0;
  for await (const page of pages(objects.list(archivePrefix))) {
    for (const { key } of await findOrphaned(page, (key) => key)) {
      await objects.delete(key);
      swept += 1;
    }
  }
  for await (const page of pages(objects.listIncomplete(archivePrefix))) {
    // An incomplete upload is orphaned even under the key of a result: another upload of the
    // archive completed.
    for (const incomplete of await findOrphaned(page, (key) => `incomplete ${key}`)) {
      await incomplete.discard();
      swept += 1;
    }
  }
  return swept;

  /**
   * `asKey` returns the key of a possible result, and a text that no result has for everything
   * else.
   */
  async function findOrphaned<Item extends { readonly key: string }>(
    items: readonly Item[],
    asKey: (key: string) => string,
  ): Promise<Item[]> {
    const works = items.flatMap(({ key }) => {
      const work = parseArchiveKey(key);
      return work === null ? [] : [{ ...work, key: asKey(key) }];
    });
    const keys = new Set(await queries.orphanedWork(works));
    return items.filter(({ key }) => keys.has(asKey(key)));
  }
}

async function* pages<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let page: Item[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
