import type { ReportBody } from './report-body.ts';

/** Reports to begin with, in the order of the gallery. The API accepts each in a new environment. */
const templates = {
  traffic: {
    metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
    dimensions: ['apiproxy'],
    timeRange: 'last24hours',
    groupByTimeUnit: 'hour',
  },
  errors: {
    metrics: [{ name: 'is_error', function: 'sum', alias: 'errors' }],
    dimensions: ['apiproxy', 'response_status_code'],
    timeRange: 'last24hours',
    groupByTimeUnit: 'hour',
    filter: 'response_status_code ge 400',
  },
  latency: {
    metrics: [
      { name: 'total_response_time', function: 'p50', alias: 'median' },
      { name: 'total_response_time', function: 'p95', alias: 'p95' },
      { name: 'total_response_time', function: 'p99', alias: 'p99' },
    ],
    timeRange: 'last24hours',
    groupByTimeUnit: 'hour',
  },
  paths: {
    metrics: [
      { name: 'message_count', function: 'sum', alias: 'calls' },
      { name: 'message_count', function: 'sum', as: 'share', alias: 'part' },
      { name: 'total_response_time', function: 'p95', alias: 'p95' },
    ],
    dimensions: ['request_path'],
    timeRange: 'last7days',
    orderBy: [{ column: 'calls', direction: 'desc' }],
    limit: 20,
    others: true,
  },
  developers: {
    metrics: [
      { name: 'message_count', function: 'sum', alias: 'calls' },
      { name: 'is_error', function: 'sum', alias: 'errors' },
    ],
    dimensions: ['developer_email', 'developer_app'],
    timeRange: 'last7days',
    compareTo: 'previousPeriod',
    orderBy: [{ column: 'calls', direction: 'desc' }],
    limit: 100,
  },
  monetization: {
    dataset: 'mint',
    metrics: [
      { name: 'transactionCount', function: 'sum', alias: 'transactions' },
      { name: 'netAmount', function: 'sum', alias: 'net' },
    ],
    dimensions: ['ratePlanName', 'currency'],
    timeRange: 'lastMonth',
    groupByTimeUnit: 'day',
  },
  instruments: {
    dataset: 'instruments',
    metrics: [
      { name: 'service_times', function: 'sum', alias: 'uses' },
      { name: 'service_time', function: 'sum', alias: 'seconds' },
      { name: 'break_times', function: 'sum', alias: 'faults' },
      { name: 'charge_amount', function: 'sum', alias: 'charged' },
    ],
    dimensions: ['equipment_name'],
    timeRange: 'lastMonth',
  },
  orders: {
    dataset: 'orders',
    metrics: [
      { name: 'order_count', function: 'sum', alias: 'orders' },
      { name: 'count', function: 'sum', alias: 'licences' },
      { name: 'remain_count', function: 'sum', alias: 'remaining' },
    ],
    dimensions: ['product_name'],
    timeRange: 'thisYear',
    groupByTimeUnit: 'month',
  },
  consumption: {
    dataset: 'consumption',
    metrics: [
      { name: 'committed_tib', function: 'max', alias: 'committed' },
      { name: 'consumed_tib', function: 'max', alias: 'consumed' },
      { name: 'burst_tib', function: 'max', alias: 'burst' },
    ],
    dimensions: ['customer_name', 'service_level'],
    timeRange: 'lastMonth',
    groupByTimeUnit: 'day',
  },
} as const satisfies Readonly<Record<string, unknown>>;

export type TemplateName = keyof typeof templates;

export const templateNames = Object.keys(templates) as readonly TemplateName[];

/** Returns a copy, because the form changes it. */
export function templateBody(name: TemplateName): ReportBody {
  return structuredClone<unknown>(templates[name]) as ReportBody;
}
