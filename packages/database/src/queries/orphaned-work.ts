import type { AttemptWork } from '@hourglass/reports';
import type { PrismaClient } from '../generated/client.ts';

/** Those that no query names as its result and that no running attempt may be about to publish. */
export async function orphanedWork(
  prisma: PrismaClient,
  works: readonly AttemptWork[],
): Promise<readonly string[]> {
  const rows = await prisma.$queryRaw<{ readonly key: string }[]>`
    select a.key
      from unnest(${works.map(({ key }) => key)}::text[],
                  ${works.map(({ queryId }) => queryId)}::uuid[],
                  ${works.map(({ attempt }) => attempt)}::integer[]) as a (key, query_id, attempt)
     where not exists (
             select from queries q
              where q.id = a.query_id
                and ((q.state = 'completed' and q.archive_key = a.key)
                  or (q.state = 'running' and q.attempt = a.attempt)))`;
  return rows.map(({ key }) => key);
}
