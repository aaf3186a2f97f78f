import { archivePrefix, attemptOf } from './archive-key.ts';
import type { ObjectStore } from './object-store.ts';
import type { QueryStore } from '../queries/query-store.ts';

const pageSize = 500;

/**
 * Deletes archives that are nobody's, whole ones and those that were never completed: of attempts that died, that lost their
 * lease, or whose deletion failed. Answers their number.
 *
 * Each is listed first and its query read afterwards. An attempt that is not running then never publishes, so what is
 * deleted can become nobody's result.
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
    for (const { key } of await unowned(page, (key) => key)) {
      await objects.delete(key);
      swept += 1;
    }
  }
  for await (const page of pages(objects.listIncomplete(archivePrefix))) {
    // Also one with the key of a result is nobody's: of an upload that was begun twice, the other one was completed.
    for (const incomplete of await unowned(page, (key) => `incomplete ${key}`)) {
      await incomplete.discard();
      swept += 1;
    }
  }
  return swept;

  /** `asKey`: of what may be a result, its key; of what is none, something else. */
  async function unowned<Item extends { readonly key: string }>(
    items: readonly Item[],
    asKey: (key: string) => string,
  ): Promise<Item[]> {
    const works = items.flatMap(({ key }) => {
      const work = attemptOf(key);
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
