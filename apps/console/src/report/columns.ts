import type { Metric, ReportBody } from './report-body.ts';
import { dimensionsOf, metricsOf, textOf } from './shape.ts';

/** The name of a metric's column, as docs/reference/api-queries.md has it. */
function columnOf(
  { name, alias, function: wanted }: Metric,
  functionsOf: (metric: string) => readonly string[],
): string {
  if (alias !== undefined && alias !== '') return alias;
  const used = wanted ?? defaultFunction(functionsOf(name));
  return used === undefined ? name : `${used}_${name}`;
}

function defaultFunction(functions: readonly string[]): string | undefined {
  return functions.includes('sum') ? 'sum' : functions[0];
}

/** The columns by which the rows of a report can be ordered, each once. */
export function columnsOf(body: ReportBody, functionsOf: (metric: string) => readonly string[]): string[] {
  const unit = textOf(body.groupByTimeUnit);
  const names = [
    ...metricsOf(body).map((metric) => columnOf(metric, functionsOf)),
    ...dimensionsOf(body),
    ...(unit === '' ? [] : [unit]),
  ];
  return [...new Set(names)];
}
