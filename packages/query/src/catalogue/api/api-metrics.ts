import { additive, type Aggregation, distinctValues, gauged, measured, quotient } from '../aggregations.ts';
import type { Metric } from '../dataset.ts';

function integer(name: string, aggregation: Aggregation, unit: string, description: string): Metric {
  return { name, description, unit, ...aggregation, source: { kind: 'column', type: 'integer' } };
}

function decimal(name: string, unit: string, description: string): Metric {
  return { name, description, unit, ...measured, source: { kind: 'column', type: 'decimal' } };
}

function distinct(name: string, dimension: string, unit: string, description: string): Metric {
  return { name, description, unit, ...distinctValues, source: { kind: 'distinct', dimension } };
}

/** Metrics of gateway traffic. The first function is the one a request gets that names none. */
export const apiMetrics: readonly Metric[] = [
  {
    name: 'message_count',
    description: 'API calls that the gateway handled.',
    unit: 'calls',
    ...additive,
    source: { kind: 'column', type: 'integer', whenMissing: { kind: 'constant', value: 1 } },
  },
  {
    name: 'is_error',
    description: 'Calls that were answered with an error, whether a policy or the target caused it.',
    unit: 'calls',
    ...additive,
    source: {
      kind: 'column',
      type: 'integer',
      whenMissing: { kind: 'at-least', column: 'response_status_code', threshold: 400 },
    },
  },
  integer('policy_error', additive, 'calls', 'Calls that failed in a policy of the gateway.'),
  integer('target_error', additive, 'calls', 'Calls to which the target answered with a 5xx status.'),
  {
    name: 'error_count',
    description: 'Older name of is_error.',
    unit: 'calls',
    ...additive,
    source: { kind: 'alias', metric: 'is_error' },
  },
  integer('cache_hit', additive, 'calls', 'Calls that were answered from the response cache.'),
  integer(
    'ax_cache_executed',
    additive,
    'executions',
    'Runs of a caching policy; a read and a write of one call count as two.',
  ),
  integer('ax_cache_l1_count', gauged, 'elements', 'Elements in the in-memory cache during the call.'),
  integer(
    'request_processing_latency',
    gauged,
    'milliseconds',
    'Time from the arrival of the request until the gateway had passed it on.',
  ),
  integer(
    'response_processing_latency',
    gauged,
    'milliseconds',
    "Time from the target's answer until the gateway had passed it on.",
  ),
  integer('request_size', measured, 'bytes', 'Size of the body that the client sent.'),
  integer('response_size', measured, 'bytes', 'Size of the body that the client received.'),
  integer(
    'target_response_time',
    measured,
    'milliseconds',
    'Time that the target took to answer; unknown, not 0, when the target was not called.',
  ),
  integer(
    'total_response_time',
    measured,
    'milliseconds',
    'Time from the arrival of the request until the answer had left.',
  ),
  {
    name: 'tps',
    description: 'Calls per second, averaged over the bucket.',
    unit: 'calls per second',
    ...quotient,
    source: { kind: 'rate', calls: 'message_count', per: 'second' },
  },
  {
    name: 'tpm',
    description: 'Calls per minute, averaged over the bucket.',
    unit: 'calls per minute',
    ...quotient,
    source: { kind: 'rate', calls: 'message_count', per: 'minute' },
  },
  distinct('app_count', 'developer_app', 'apps', 'Different developer apps that made calls.'),
  distinct('developer_count', 'developer', 'developers', 'Different developers whose apps made calls.'),
  distinct('user_count', 'client_ip', 'addresses', 'Different client addresses that made calls.'),
  decimal('fees', 'currency', 'Fees charged to the developer.'),
  decimal('x_apigee_mintng_dev_share', 'currency', "The developer's share of the revenue of the call."),
  decimal('x_apigee_mintng_price', 'currency', 'Price of the call.'),
  decimal(
    'x_apigee_mintng_price_multiplier',
    'factor',
    'Factor by which the rate of the call was multiplied.',
  ),
  decimal('x_apigee_mintng_rate', 'currency', 'Amount charged for the call: its rate times the multiplier.'),
];
