import { describe, expect, test } from 'vitest';
import { catalogue, checkCatalogue, storedColumns, type Dataset } from '../src/index.ts';

// The contract's tables, copied: names and functions are part of the interface.
const contractMetrics: Record<string, string> = {
  message_count: 'sum',
  tps: '',
  tpm: '',
  is_error: 'sum',
  policy_error: 'sum',
  target_error: 'sum',
  cache_hit: 'sum',
  ax_cache_executed: 'sum',
  ax_cache_l1_count: 'avg min max',
  request_processing_latency: 'avg min max',
  response_processing_latency: 'avg min max',
  request_size: 'sum avg min max',
  response_size: 'sum avg min max',
  target_response_time: 'sum avg min max',
  total_response_time: 'sum avg min max',
  app_count: '',
  developer_count: '',
  user_count: '',
  error_count: 'sum',
  fees: 'sum avg min max',
  x_apigee_mintng_dev_share: 'sum avg min max',
  x_apigee_mintng_price: 'sum avg min max',
  x_apigee_mintng_price_multiplier: 'sum avg min max',
  x_apigee_mintng_rate: 'sum avg min max',
};

const contractDimensions = `
  access_token api_product apiproxy apiproxy_revision client_id developer developer_app developer_email environment
  organization flow_resource gateway_flow_id virtual_host proxy_basepath proxy_pathsuffix proxy_deployment_type
  app_group_app app_group_name
  ax_cache_key ax_cache_name ax_cache_source
  ax_execution_fault_flow_name ax_execution_fault_flow_state ax_execution_fault_policy_name
  ax_edge_execution_fault_code response_status_code
  client_ip proxy_client_ip ax_true_client_ip ax_resolved_client_ip x_forwarded_for_ip x_forwarded_proto request_path
  request_uri request_verb useragent ax_ua_agent_family ax_ua_agent_type ax_ua_agent_version ax_ua_device_category
  ax_ua_os_family ax_ua_os_version
  target target_basepath target_host target_ip target_response_code target_url x_apigee_grpc_service_name
  x_apigee_grpc_rpc_name x_apigee_grpc_status
  ax_day_of_week ax_month_of_year ax_hour_of_day ax_week_of_month ax_geo_timezone
  ax_geo_city ax_geo_continent ax_geo_country ax_geo_region ax_dn_region
  fees_type created period_start period_end x_apigee_mintng_currency x_apigee_mintng_rate_plan_id
  x_apigee_mintng_tx_success
  gateway_source ax_channel_id`;
/** Not in the contract: values that access logs have and Apigee lacks. */
const ownDimensions = ['referer'];

function api(): Dataset {
  const dataset = catalogue.get('api');
  if (dataset === undefined) throw new Error('no dataset api');
  return dataset;
}

describe('the dataset "api"', () => {
  test("has exactly the contract's metrics with their functions, and percentiles where it has averages", () => {
    const percentiles = ' percentile approx_percentile';
    const declared = api().metrics.map(({ name, functions }) => {
      const shown = functions.join(' ');
      return [name, shown.includes('avg') ? shown.replace(percentiles, '') : shown];
    });
    const averaged = api().metrics.filter(({ functions }) => functions.includes('avg'));
    expect(averaged.every(({ functions }) => functions.join(' ').endsWith(percentiles))).toBe(true);
    expect(Object.fromEntries(declared)).toEqual(contractMetrics);
    expect(declared).toHaveLength(Object.keys(contractMetrics).length);
  });

  test("has exactly the contract's dimensions and those of access logs", () => {
    const names = [...contractDimensions.trim().split(/\s+/), ...ownDimensions];
    expect(
      api()
        .dimensions.map(({ name }) => name)
        .sort(),
    ).toEqual(names.sort());
  });

  test('describes every metric and dimension', () => {
    for (const { description } of [...api().metrics, ...api().dimensions])
      expect(description).toMatch(/^.{10,}\.$/);
    for (const { unit } of api().metrics) expect(unit).not.toBe('');
  });

  test('stores codes and revisions as integers, money as decimals, times as timestamps and the rest as text', () => {
    const typeOf = new Map(storedColumns(api()).map(({ name, type }) => [name, type]));
    const named = (...types: string[]) =>
      [...typeOf].filter(([, type]) => types.includes(type)).map(([name]) => name);
    expect(named('timestamp')).toEqual(['created', 'period_start', 'period_end']);
    expect(named('decimal')).toEqual([
      'fees',
      'x_apigee_mintng_dev_share',
      'x_apigee_mintng_price',
      'x_apigee_mintng_price_multiplier',
      'x_apigee_mintng_rate',
    ]);
    expect(named('integer')).toEqual([
      'apiproxy_revision',
      'response_status_code',
      'target_response_code',
      'message_count',
      'is_error',
      'policy_error',
      'target_error',
      'cache_hit',
      'ax_cache_executed',
      'ax_cache_l1_count',
      'request_processing_latency',
      'response_processing_latency',
      'request_size',
      'response_size',
      'target_response_time',
      'total_response_time',
    ]);
    expect(typeOf.has('error_count')).toBe(false);
    expect(typeOf.has('organization')).toBe(false);
    expect(typeOf.has('ax_day_of_week')).toBe(false);
  });

  test('lists the partial aggregates that the functions of every metric need', () => {
    const partialsOf = new Map(api().metrics.map(({ name, partials }) => [name, partials.join(' ')]));
    expect([...partialsOf].filter(([, partials]) => partials === '').map(([name]) => name)).toEqual([
      'app_count',
      'developer_count',
      'user_count',
    ]);
    expect(partialsOf.get('message_count')).toBe('sum');
    expect(partialsOf.get('tpm')).toBe('sum');
    expect(partialsOf.get('total_response_time')).toBe('sum count min max');
  });

  test('has default values only for the number of calls and for failed calls', () => {
    const filled = storedColumns(api()).filter(({ whenMissing }) => whenMissing !== undefined);
    expect(filled.map(({ name, whenMissing }) => [name, whenMissing])).toEqual([
      ['message_count', { kind: 'constant', value: 1 }],
      ['is_error', { kind: 'at-least', column: 'response_status_code', threshold: 400 }],
    ]);
  });
});

describe('the dataset "mint"', () => {
  const mint = catalogue.get('mint');
  const names = [...(mint?.dimensions ?? []), ...(mint?.metrics ?? [])].map(({ name }) => name);

  test('has every field of a transaction, named as in the contract', () => {
    const fields = `
      id type status txProviderStatus providerTxId parentId startTime endTime utcStartTime utcEndTime currency
      isVirtualCurrency rate ratedVolume batchSize revenueShareAmount usdExchangeRate euroExchangeRate gbpExchangeRate
      taxModel ratePlanLevel pkgId pkgRatePlanProductName environment notes application developer product`;
    expect(names).toEqual(expect.arrayContaining(fields.trim().split(/\s+/)));
  });

  test('stores money as exact decimals in the currency of the transaction', () => {
    const money = mint?.metrics.filter(({ source }) => source.kind === 'column' && source.money === true);
    expect(
      money?.map(({ name, unit, source }) => [name, unit, source.kind === 'column' && source.type]),
    ).toEqual(
      ['rate', 'revenueShareAmount', 'netAmount', 'taxAmount'].map((name) => [name, 'currency', 'decimal']),
    );
    expect(mint?.currencyDimension).toBe('currency');
  });

  test('describes every metric and dimension', () => {
    for (const { description } of [...(mint?.metrics ?? []), ...(mint?.dimensions ?? [])])
      expect(description).toMatch(/^.{10,}\.$/);
  });
});

describe('checkCatalogue', () => {
  test('accepts the catalogue', () => {
    expect(() => checkCatalogue(catalogue)).not.toThrow();
  });

  test('lists every fault in one error', () => {
    const text = { kind: 'column', type: 'text' } as const;
    const integer = { kind: 'column', type: 'integer' } as const;
    const words = { description: 'Words.', unit: 'calls' };
    const faulty: Dataset = {
      name: 'faulty',
      hotTable: 'hot; drop table facts',
      takesCustomFields: false,
      records: [],
      dimensions: [
        { name: 'place', description: '', source: text },
        { name: 'place', description: '', source: text },
        { name: 'Place', description: '', source: text },
        { name: 'no-identifier', description: '', source: text },
        { name: 'Batch_seq', description: '', source: text },
        { name: 'minute', description: '', source: text },
        { name: 'C0', description: '', source: text },
        { name: 'org', description: '', source: { kind: 'tenant', of: 'organization' } },
      ],
      metrics: [
        { ...words, name: 'no_function', source: integer, functions: [], partials: [] },
        { ...words, name: 'twice', source: integer, functions: ['sum', 'sum'], partials: ['sum', 'max'] },
        {
          ...words,
          name: 'rated',
          source: { kind: 'rate', calls: 'missing', per: 'second' },
          functions: ['avg'],
          partials: ['sum', 'count'],
        },
        {
          ...words,
          name: 'other',
          source: { kind: 'alias', metric: 'missing' },
          functions: ['sum'],
          partials: ['sum'],
        },
        {
          ...words,
          name: 'another',
          source: { kind: 'alias', metric: 'other' },
          functions: ['sum'],
          partials: ['sum'],
        },
        {
          ...words,
          name: 'orgs',
          source: { kind: 'distinct', dimension: 'org' },
          functions: [],
          partials: [],
        },
        {
          ...words,
          name: 'failed',
          source: { ...integer, whenMissing: { kind: 'at-least', column: 'place', threshold: 1 } },
          functions: ['sum'],
          partials: ['sum'],
        },
        {
          ...words,
          name: 'cents',
          source: { ...integer, money: true },
          functions: ['sum'],
          partials: ['sum'],
        },
        {
          ...words,
          name: 'share',
          source: { kind: 'percent', part: 'cents', whole: 'orgs' },
          functions: [],
          partials: ['sum'],
        },
      ],
    };
    const twin: Dataset = { ...faulty, name: 'twin', dimensions: [], metrics: [] };
    let message = '';
    try {
      checkCatalogue(
        new Map([
          ['faulty', faulty],
          ['brother', twin],
        ]),
      );
    } catch (error) {
      message = String(error);
    }
    const expected = [
      '"hot; drop table facts" is not a lower-case identifier',
      '"no-identifier" is not an identifier',
      '"place" is declared more than once',
      '"Batch_seq" is reserved',
      '"minute" is reserved',
      '"C0" is reserved',
      'metric "no_function" has no function',
      'metric "twice" lists the function "sum" twice',
      'metric "twice" is re-aggregated from "sum, max"; its functions need "sum"',
      'metric "rated" takes no function but lists some',
      'metric "rated" is the rate of "missing"',
      'metric "other" is an alias of "missing"',
      'metric "another" is an alias of "other"',
      'metric "orgs" counts "org"',
      'metric "failed" is derived from "place"',
      'metric "cents" is money but not a decimal',
      'the currency dimension "" is not a text dimension',
      'metric "share" is computed from "orgs"',
      'dataset "twin" is registered as "brother"',
      'hot table "hot; drop table facts" belongs to more than one dataset',
    ];
    for (const fault of expected) expect(message).toContain(fault);
    // The name of the hot table is faulty in both datasets.
    expect(message.split('\n')).toHaveLength(1 + expected.length + 1);
  });
});
