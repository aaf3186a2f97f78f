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

/** The first function of a metric is the default of requests. */
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
    description: 'Calls that returned an error, caused by a policy or by the target.',
    unit: 'calls',
    ...additive,
    source: {
      kind: 'column',
      type: 'integer',
      whenMissing: { kind: 'at-least', column: 'response_status_code', threshold: 400 },
    },
  },
  integer('policy_error', additive, 'calls', 'Calls that failed in a policy of the gateway.'),
  integer('target_error', additive, 'calls', 'Calls for which the target returned a 5xx status.'),
  {
    name: 'error_count',
    description: 'Older name of is_error.',
    unit: 'calls',
    ...additive,
    source: { kind: 'alias', metric: 'is_error' },
  },
  integer('cache_hit', additive, 'calls', 'Calls served from the response cache.'),
  integer(
    'ax_cache_executed',
    additive,
    'executions',
    'Executions of caching policies; a read and a write in one call count as two.',
  ),
  integer('ax_cache_l1_count', gauged, 'elements', 'Elements in the in-memory cache during the call.'),
  integer(
    'request_processing_latency',
    gauged,
    'milliseconds',
    'Time from receiving the request until the gateway had forwarded it.',
  ),
  integer(
    'response_processing_latency',
    gauged,
    'milliseconds',
    "Time from the target's response until the gateway had forwarded it.",
  ),
  integer('request_size', measured, 'bytes', 'Size of the body that the client sent.'),
  integer('response_size', measured, 'bytes', 'Size of the body that the client received.'),
  integer(
    'target_response_time',
    measured,
    'milliseconds',
    'Time that the target took to respond; unknown, not 0, if the target was not called.',
  ),
  integer(
    'total_response_time',
    measured,
    'milliseconds',
    'Time from receiving the request until the response had been sent.',
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
  distinct('app_count', 'developer_app', 'apps', 'Distinct developer apps that made calls.'),
  distinct('developer_count', 'developer', 'developers', 'Distinct developers whose apps made calls.'),
  distinct('user_count', 'client_ip', 'addresses', 'Distinct client addresses that made calls.'),
  decimal('fees', 'currency', 'Fees charged to the developer.'),
  decimal('x_apigee_mintng_dev_share', 'currency', "The developer's share of the revenue of the call."),
  decimal('x_apigee_mintng_price', 'currency', 'Price of the call.'),
  decimal('x_apigee_mintng_price_multiplier', 'factor', 'Multiplier of the rate of the call.'),
  decimal('x_apigee_mintng_rate', 'currency', 'Amount charged for the call: its rate times the multiplier.'),
];
