import type { Tenant } from '@hourglass/query';
import type { Queryable } from '../../connection/scoped-pool.ts';

interface Customer {
  readonly id: string;
  readonly name: string;
}

/** Lists customers by id, by the index of their key. */
export async function listCustomers(
  pool: Queryable,
  { environmentId }: Tenant,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly Customer[]> {
  const { rows } = await pool.query<Customer>({
    name: 'list-customers',
    // Nothing can be asked about an empty id.
    text: `select id, name from consumption_customers
            where environment_id = $1 and id > coalesce($2, '')
            order by id limit $3`,
    values: [environmentId, after, limit],
  });
  return rows;
}
