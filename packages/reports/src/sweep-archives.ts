import { archivePrefix, attemptOf } from './archive-key.ts';
import type { ObjectStore } from './object-ports.ts';
import type { AttemptWork, QueryStore } from './ports.ts';

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
  readonly queries: Pick<QueryStore, 'unownedWork'>;
  readonly objects: Pick<ObjectStore, 'list' | 'listIncomplete' | 'delete'>;
}): Promise<number> {
  let swept = 0;
  for await (const page of pages(objects.list(archivePrefix))) {
    for (const { key } of await unowned(page)) {
      await objects.delete(key);
      swept += 1;
    }
  }
  for await (const page of pages(objects.listIncomplete(archivePrefix))) {
    for (const incomplete of await unowned(page)) {
      await incomplete.discard();
      swept += 1;
    }
  }
  return swept;

  async function unowned<Item extends { readonly key: string }>(items: readonly Item[]): Promise<Item[]> {
    const archives = items
      .map(({ key }) => attemptOf(key))
      .filter((found): found is AttemptWork => found !== null);
    const keys = new Set(await queries.unownedWork(archives));
    return items.filter(({ key }) => keys.has(key));
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
