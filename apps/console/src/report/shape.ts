import type { Metric, Order, ReportBody } from './report-body.ts';

// A pasted body may have any JSON in any member. The form shows what has the shape of the contract, and the API says
// what is wrong with the rest.

export function metricsOf({ metrics }: ReportBody): readonly Metric[] {
  return listOf(metrics).filter(
    (metric): metric is Metric => isObject(metric) && typeof metric['name'] === 'string',
  );
}

export function dimensionsOf({ dimensions }: ReportBody): readonly string[] {
  return listOf(dimensions).filter((name): name is string => typeof name === 'string');
}

export function ordersOf({ orderBy }: ReportBody): readonly Order[] {
  return listOf(orderBy).filter(
    (order): order is Order => isObject(order) && typeof order['column'] === 'string',
  );
}

/** Returns the text of a member; empty if it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
