import { quoted } from '@hourglass/contract/messages';
import type { Dataset } from '../catalogue/dataset.ts';
import type { PlannedMetric, ReportFault } from './plan.ts';
import { functionName } from './plan-function.ts';
import { planMetric } from './plan-metrics.ts';

/** Matches `sum(message_count)` or a metric without a function. */
const listedMetric = /^(?:(?<func>[\w.]+) *\( *(?<argument>\w+) *\)|(?<bare>\w+))$/;

/**
 * Plans the items of a list such as `sum(message_count),tps`. Output columns are named like items,
 * including a default function. An item is null if it was faulty and reported under `field`.
 */
export function planMetricList(
  items: readonly string[],
  field: string,
  dataset: Dataset,
  report: ReportFault,
): readonly (PlannedMetric | null)[] {
  return items.map((item) => {
    const { func, argument, bare } = listedMetric.exec(item.trim())?.groups ?? {};
    const name = argument ?? bare;
    if (name === undefined) {
      report(field, `${quoted(item)} is not a metric; expected one such as sum(message_count) or tps`);
      return null;
    }
    // A share of a sum is written like a function.
    const part = func === 'share' || func === 'total' ? func : undefined;
    const requested = part === undefined ? { name, function: func } : { name, function: 'sum', as: part };
    const planned = planMetric(requested, field, dataset, (_, message) => report(field, message));
    if (planned === null) return null;
    const chosen = part ?? functionName(planned);
    const alias = chosen === null ? planned.metric : `${chosen}(${planned.metric})`;
    return { ...planned, alias };
  });
}
