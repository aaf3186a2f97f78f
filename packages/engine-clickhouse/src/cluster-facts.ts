import {
  batchSeqColumn,
  hotFactsColumns,
  mayRead,
  readRanges,
  segmentColumnName,
  type BoundPlan,
  type ClickHouseFacts,
  type ColumnType,
  type Deletion,
} from '@hourglass/query';
import type { FactObject, FactObjects } from '@hourglass/reports';
import type { Cluster } from './cluster.ts';

/** Keys are literals of the statement, because a table function takes no parameters. */
const keyPattern = /^[A-Za-z0-9._/-]+$/;

const columnTypes: Readonly<Record<ColumnType, string>> = {
  text: 'String',
  integer: 'Int64',
  decimal: 'Decimal(24, 6)',
  float: 'Float64',
  boolean: 'Bool',
  timestamp: "DateTime64(6, \\'UTC\\')",
};

/** Where facts are read: by all nodes together, or by the one that gets the statement. */
export type Readers = 'cluster' | 'node';

/** Returns the objects that may contain facts of the plan's ranges. */
export function objectsOf({ plan }: BoundPlan, { objects }: FactObjects): readonly FactObject[] {
  const ranges = readRanges(plan);
  return objects.filter((object) => mayRead(ranges, object));
}

/**
 * Returns the relation of a plan over objects in the store. It is a bare table function: behind a
 * subquery the nodes would send facts to the first one instead of partial aggregates. A column that
 * was added after an object was written is null in it.
 * @throws Error for a key that cannot be a literal
 */
export function clusterFacts(
  boundPlan: BoundPlan,
  facts: FactObjects,
  readers: Readers,
  { name, collection }: Pick<Cluster, 'name' | 'collection'>,
): ClickHouseFacts {
  const objects = objectsOf(boundPlan, facts);
  const columns = hotFactsColumns(boundPlan);
  const structure = columns.map((column) => `${segmentColumnName(column)} ${typeOf(column)}`);
  const conditions = hiddenConditions(objects, facts.expiredBeforeMs);
  // Only a condition reads it.
  if (conditions.some(({ readsBatch }) => readsBatch))
    structure.push(`${batchSeqColumn.name} Nullable(Int64)`);
  const columnNames = new Map(columns.map((column) => [column.name, segmentColumnName(column)]));
  if (objects.length === 0) return { relation: `null('${structure.join(', ')}')`, columnNames };
  const source = `${collection}, filename = '${keyList(objects)}', format = 'Parquet', structure = '${structure.join(', ')}'`;
  const relation = readers === 'cluster' ? `s3Cluster('${name}', ${source})` : `s3(${source})`;
  if (conditions.length === 0) return { relation, columnNames };
  return { relation, columnNames, isVisible: `not (${conditions.map(({ sql }) => sql).join(' or ')})` };
}

function typeOf({ name, type }: { readonly name: string; readonly type: ColumnType }): string {
  if (name === 'environment_id') return 'Int32';
  return name === 'timestamp' ? columnTypes.timestamp : `Nullable(${columnTypes[type]})`;
}

function keyList(objects: readonly FactObject[]): string {
  for (const { key } of objects) {
    if (!keyPattern.test(key))
      throw new Error(`the key ${JSON.stringify(key)} has a character that keys never have`);
  }
  const keys = objects.map(({ key }) => key);
  return keys.length === 1 ? String(keys[0]) : `{${keys.join(',')}}`;
}

interface HiddenCondition {
  readonly sql: string;
  readonly readsBatch: boolean;
}

/** Conditions of facts that are deleted or past their retention, while their objects still have them. */
function hiddenConditions(
  objects: readonly FactObject[],
  expiredBeforeMs: number | null,
): readonly HiddenCondition[] {
  const conditions: HiddenCondition[] = [];
  if (expiredBeforeMs !== null && objects.some(({ firstMs }) => firstMs < expiredBeforeMs))
    conditions.push({ sql: `timestamp < ${time(expiredBeforeMs)}`, readsBatch: false });
  const objectsByDeletion = new Map<string, { deletion: Deletion; files: string[] }>();
  for (const object of objects) {
    for (const deletion of object.deletions) {
      const key = JSON.stringify(deletion);
      const group = objectsByDeletion.get(key) ?? { deletion, files: [] };
      group.files.push(`'${object.key.slice(object.key.lastIndexOf('/') + 1)}'`);
      objectsByDeletion.set(key, group);
    }
  }
  for (const { deletion, files } of objectsByDeletion.values()) {
    const isBatch = 'batchSeq' in deletion;
    const facts = isBatch
      ? // Facts of segments that an earlier version wrote have no batch.
        `ifNull(${batchSeqColumn.name} = ${BigInt(deletion.batchSeq)}, false)`
      : `timestamp >= ${time(deletion.startMs)} and timestamp < ${time(deletion.endExclusiveMs)}`;
    conditions.push({ sql: `(_file in (${files.join(', ')}) and ${facts})`, readsBatch: isBatch });
  }
  return conditions;
}

function time(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`${ms} is not a time in whole milliseconds`);
  return `fromUnixTimestamp64Milli(cast(${ms} as Int64), 'UTC')`;
}
