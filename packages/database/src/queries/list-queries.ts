import type { Tenant } from '@hourglass/query';
import type { ListCriteria, ListPosition, QueryRecord } from '@hourglass/reports';
import type { Prisma, PrismaClient } from '../generated/client.ts';
import { queryRecord } from './query-rows.ts';

type Condition = Prisma.QueryWhereInput;

/**
 * A page begins where its position is by value, so a query that is submitted or deleted meanwhile neither repeats
 * nor hides another one.
 */
export async function listQueries(
  prisma: PrismaClient,
  { environmentId }: Tenant,
  criteria: ListCriteria,
  limit: number,
): Promise<readonly QueryRecord[]> {
  const rows = await prisma.query.findMany({
    where: { environmentId, AND: conditionsOf(criteria) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
  });
  return rows.map(queryRecord);
}

function conditionsOf(criteria: ListCriteria): Condition[] {
  const { submittedBy, state, dataset, createdFrom, createdBefore, hostname, hasReport, after } = criteria;
  const conditions: Condition[] = [];
  if (submittedBy !== undefined) conditions.push({ submittedBy });
  if (state !== undefined) conditions.push({ state });
  if (dataset !== undefined) conditions.push({ plan: { path: ['dataset'], equals: dataset } });
  if (createdFrom !== undefined) conditions.push({ createdAt: { gte: createdFrom } });
  if (createdBefore !== undefined) conditions.push({ createdAt: { lt: createdBefore } });
  if (hostname !== undefined) conditions.push({ hostname });
  if (hasReport === true) conditions.push({ reportDefinitionId: { not: null } });
  if (after !== undefined) conditions.push(...behind(after));
  return conditions;
}

/** The first condition follows from the second; it is what lets the scan of the index begin at the position. */
function behind({ createdAt, id }: ListPosition): Condition[] {
  return [
    { createdAt: { lte: createdAt } },
    { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] },
  ];
}
