import type { Dataset } from '../catalogue/dataset.ts';
import { quoted } from '../messages/quoted.ts';
import type { PlannedMetric, ReportFault } from './plan.ts';
import { planMetric } from './plan-metrics.ts';

/** `sum(message_count)`, or a metric alone. */
const selected = /^(?:(?<chosen>\w+) *\( *(?<measured>\w+) *\)|(?<alone>\w+))$/;

/**
 * The metrics of a list such as `sum(message_count),tps`. Their output columns are named as the list has them,
 * with the function that one gets that names none. Null for each that was faulty, and reported under `field`.
 */
export function planMetricList(
  items: readonly string[],
  field: string,
  dataset: Dataset,
  report: ReportFault,
): readonly (PlannedMetric | null)[] {
  return items.map((item) => {
    const { chosen, measured, alone } = selected.exec(item.trim())?.groups ?? {};
    const name = measured ?? alone;
    if (name === undefined) {
      report(field, `${quoted(item)} is not a metric; expected one such as sum(message_count) or tps`);
      return null;
    }
    const planned = planMetric({ name, function: chosen }, field, dataset, (_, message) =>
      report(field, message),
    );
    if (planned === null) return null;
    const alias = planned.function === null ? planned.metric : `${planned.function}(${planned.metric})`;
    return { ...planned, alias };
  });
}
