import { maxRateAgeDays, type Plan } from '@hourglass/query';
import { ReportImpossible } from './failure-reasons.ts';

/** Returns the failure of a report whose first amount without a rate has this day (`YYYY-MM-DD`) and currency. */
export function missingRate(
  { targetCurrency: target = '' }: Pick<Plan, 'targetCurrency'>,
  { day, currency }: { readonly day: string; readonly currency: string | null },
): ReportImpossible {
  return currency === null
    ? new ReportImpossible('currencyMissing', { day, target })
    : new ReportImpossible('rateMissing', { currency, target, day, days: maxRateAgeDays });
}
