import { approximations } from '../../plan/approximations.ts';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { isFloatMetric } from '../../plan/output-columns.ts';
import type { Plan } from '../../plan/plan.ts';

/** DateTime64 begins with 1900, and a millennium with 1000 or 2000. */
const firstMillenniumMs = Date.UTC(2000, 0, 1);
/** The end of DateTime64, less the longest bucket and offset that begin in the range. */
const endExclusiveMs = Date.UTC(2199, 0, 1);

/**
 * Returns why ClickHouse cannot compute a plan to the same bytes as DuckDB, or null if it can. The
 * reason completes a sentence: "runs on DuckDB, because …".
 */
export function clickhouseRefusal({ plan, dataset }: BoundPlan): string | null {
  const [approximation] = approximations(plan);
  if (approximation !== undefined) return `the estimate of ${approximation.function} depends on the engine`;
  const hasFloatRemainder = plan.metrics.some(
    (metric) => metric.operation?.operator === '%' && isFloatMetric(metric, dataset),
  );
  if (hasFloatRemainder) return 'ClickHouse has another remainder of a fraction';
  return timeRefusal(plan);
}

function timeRefusal({ range, comparedRange, timeUnit }: Plan): string | null {
  const ranges = comparedRange === undefined ? [range] : [range, comparedRange];
  if (timeUnit === 'millennium' && ranges.some(({ startMs }) => startMs < firstMillenniumMs))
    return 'the times of ClickHouse begin after the first millennium';
  if (ranges.some((each) => each.endExclusiveMs > endExclusiveMs))
    return 'the times of ClickHouse end with the year 2299';
  return null;
}
