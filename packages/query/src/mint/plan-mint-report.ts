import { mintDataset } from '../catalogue/mint/mint-dataset.ts';
import { buildPlan, type PlanContext, type PlanResult } from '../plan/build-plan.ts';
import type { ReportFault } from '../plan/plan.ts';
import { readChoice, currencyOptions } from './mint-choices.ts';
import { planMintColumns } from './mint-columns.ts';
import type { MintCriteria } from './mint-criteria.ts';
import { planMintFilter } from './mint-filter.ts';
import { planMintRange } from './mint-range.ts';

/** The dataset that monetization reports read. */
export const mintReportDataset = mintDataset.name;

/**
 * Checks the criteria of a monetization report completely and returns a frozen plan or all faults
 * at once. `docs/reference/api-monetization.md` describes every criterion. Throws only if the
 * catalogue does not have the dataset.
 */
export function planMintReport(
  criteria: MintCriteria,
  context: Pick<PlanContext, 'catalogue' | 'tenant' | 'customFields'>,
): PlanResult {
  return buildPlan({ ...context, dataset: mintReportDataset }, (dataset, report) => {
    const range = planMintRange(criteria, report);
    const filter = planMintFilter(criteria, context.tenant, report);
    const columns = planMintColumns(criteria, dataset, report);
    const targetCurrency = planTargetCurrency(criteria.currencyOption, report);
    return {
      range,
      timeUnit: null,
      ...columns,
      filter,
      limitRows: null,
      output: { format: 'json' },
      ...(targetCurrency === null ? {} : { targetCurrency }),
    };
  });
}

/** Returns null if amounts keep their own currency, or if the option was faulty and reported. */
function planTargetCurrency(option = 'LOCAL', report: ReportFault): string | null {
  const chosen = readChoice('currencyOption', option, currencyOptions, report);
  if (chosen === undefined || chosen === 'LOCAL') return null;
  return chosen === 'GPB' ? 'GBP' : chosen;
}
