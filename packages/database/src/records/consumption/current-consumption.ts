import type { Tenant } from '@hourglass/query';
import type { CurrentLevel, CustomerConsumption } from '@hourglass/reports';
import type { Queryable } from '../../connection/scoped-pool.ts';
import { groupLevels, type LevelRow } from './group-levels.ts';
import { decimalText, subscribedLevels, subscriptionColumns, utcText } from './subscribed-levels.ts';

type CurrentRow = LevelRow & Omit<CurrentLevel, 'name'>;

export async function currentConsumption(
  pool: Queryable,
  { environmentId }: Tenant,
  customerId: string,
): Promise<CustomerConsumption<CurrentLevel> | null> {
  const { rows } = await pool.query<CurrentRow>({
    name: 'current-consumption',
    text: `${subscribedLevels}
      select ${subscriptionColumns},
             ${decimalText('coalesce(s.committed_tib, d.committed_tib)')} as "committedTib",
             ${decimalText('coalesce(s.consumed_tib, 0)')} as "consumedTib",
             ${decimalText('coalesce(s.burst_tib, 0)')} as "burstTib",
             ${decimalText('coalesce(s.accrued_burst_tib, 0)')} as "accruedBurstTib",
             ${utcText('s.timestamp_utc')} as "timestampUtc"
        from customer c
        left join subscriptions b on true
        left join levels l on l.subscription = b.number
        left join consumption_service_levels d
               on d.environment_id = $1 and d.subscription = l.subscription and d.name = l.name
        left join lateral (select *
                             from consumption_samples
                            where environment_id = $1 and subscription = l.subscription and service_level = l.name
                            order by timestamp_utc desc
                            limit 1) s on true
       order by b.number collate "C", l.name collate "C"`,
    values: [environmentId, customerId],
  });
  return groupLevels(customerId, rows, (name, [row]) => {
    const { committedTib, consumedTib, burstTib, accruedBurstTib, timestampUtc } = row;
    return { name, committedTib, consumedTib, burstTib, accruedBurstTib, timestampUtc };
  });
}
