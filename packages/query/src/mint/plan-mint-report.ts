import { datasetNamed } from '../catalogue/look-up.ts';
import { mintDataset } from '../catalogue/mint/mint-dataset.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import { frozen } from '../plan/frozen.ts';
import type { Fault, Plan, ReportFault } from '../plan/plan.ts';
import type { PlanContext, PlanResult } from '../plan/plan-query.ts';
import { withUsedFields } from '../plan/used-fields.ts';
import { choice, currencyOptions } from './mint-choices.ts';
import { planMintColumns } from './mint-columns.ts';
import type { MintCriteria } from './mint-criteria.ts';
import { planMintFilter } from './mint-filter.ts';
import { planMintRange } from './mint-range.ts';

/** What the facts of these reports are. */
export const mintReportDataset = mintDataset.name;

/**
 * Checks everything that can be wrong with the criteria of a monetization report and freezes what they mean. Answers
 * all faults at once. `docs/contract.md` says what every criterion does. Throws only when the catalogue does not
 * have the dataset.
 */
export function planMintReport(
  criteria: MintCriteria,
  { catalogue, tenant, customFields = [] }: Pick<PlanContext, 'catalogue' | 'tenant' | 'customFields'>,
): PlanResult {
  const dataset = withCustomFields(datasetNamed(catalogue, mintReportDataset), customFields);
  const faults: Fault[] = [];
  const report: ReportFault = (field, message) => void faults.push({ field, message });

  const range = planMintRange(criteria, report);
  const filter = planMintFilter(criteria, tenant, report);
  const columns = planMintColumns(criteria, dataset, report);
  const targetCurrency = planTargetCurrency(criteria.currencyOption, report);

  if (faults.length > 0 || range === null) return { ok: false, faults };
  const { organization, environment, environmentId } = tenant;
  const plan: Plan = {
    version: 1,
    dataset: dataset.name,
    tenant: { organization, environment, environmentId },
    range,
    timeUnit: null,
    ...columns,
    filter,
    limitRows: null,
    output: { format: 'json' },
    ...(targetCurrency === null ? {} : { targetCurrency }),
  };
  return { ok: true, plan: frozen(withUsedFields(plan, customFields)) };
}

/** Null: every amount stays in its own currency, or the option was faulty and reported. */
function planTargetCurrency(option = 'LOCAL', report: ReportFault): string | null {
  const chosen = choice('currencyOption', option, currencyOptions, report);
  if (chosen === undefined || chosen === 'LOCAL') return null;
  return chosen === 'GPB' ? 'GBP' : chosen;
}
