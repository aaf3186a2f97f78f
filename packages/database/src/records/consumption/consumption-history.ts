import type { Tenant } from '@hourglass/query';
import {
  ReportError,
  type ClosedTimeRange,
  type CustomerConsumption,
  type HistoricalLevel,
  type Sample,
} from '@hourglass/reports';
import type { Queryable } from '../../connection/scoped-pool.ts';
import { groupLevels, type LevelRow } from './group-levels.ts';
import { decimalText, subscribedLevels, subscriptionColumns, utcText } from './subscribed-levels.ts';

/** A service level without samples in the range has one row, without a time. */
type HistoryRow = LevelRow & Omit<Sample, 'timestampUtc'> & { readonly timestampUtc: string | null };

interface HistoryQuery {
  readonly tenant: Tenant;
  readonly customerId: string;
  readonly range: ClosedTimeRange;
  readonly maxSamples: number;
}

/**
 * Reads a customer's samples. The limit precedes the sort, so an excessive range is refused before
 * all of it is read. Rows without a sample do not count.
 * @throws ReportError `consumption.too_large`
 */
export async function consumptionHistory(
  pool: Queryable,
  { tenant: { environmentId }, customerId, range, maxSamples }: HistoryQuery,
): Promise<CustomerConsumption<HistoricalLevel> | null> {
  const { rows } = await pool.query<HistoryRow>({
    name: 'consumption-history',
    text: `${subscribedLevels}, found as (
        select ${subscriptionColumns}, s.*
          from customer c
          left join subscriptions b on true
          left join levels l on l.subscription = b.number
          left join lateral (select timestamp_utc, committed_tib, consumed_tib, burst_tib, accrued_burst_tib, is_invoiced
                               from consumption_samples
                              where environment_id = $1 and subscription = l.subscription and service_level = l.name
                                and timestamp_utc between $3 and $4
                              limit $5) s on true
         limit $5 + 1 + (select count(*) from subscriptions) + (select count(*) from levels)
      )
      select "customerName", number, "accountName", "startDate", "endDate", "levelName",
             ${decimalText('committed_tib')} as "committedTib", ${decimalText('consumed_tib')} as "consumedTib",
             ${decimalText('burst_tib')} as "burstTib", ${decimalText('accrued_burst_tib')} as "accruedBurstTib",
             is_invoiced as "isInvoiced", ${utcText('timestamp_utc')} as "timestampUtc"
        from found
       order by number collate "C", "levelName" collate "C", timestamp_utc`,
    values: [environmentId, customerId, range.first, range.last, maxSamples + 1],
  });
  if (rows.filter(isSample).length > maxSamples) {
    throw new ReportError('consumption.too_large', { limit: maxSamples });
  }
  return groupLevels(customerId, rows, (name, ofLevel) => ({
    name,
    samples: ofLevel.filter(isSample).map(sampleOf),
  }));
}

function isSample<Row extends { timestampUtc: string | null }>(
  row: Row,
): row is Row & { timestampUtc: string } {
  return row.timestampUtc !== null;
}

function sampleOf({ timestampUtc, isInvoiced, ...sizes }: Sample): Sample {
  const { committedTib, consumedTib, burstTib, accruedBurstTib } = sizes;
  return { committedTib, consumedTib, timestampUtc, burstTib, accruedBurstTib, isInvoiced };
}
