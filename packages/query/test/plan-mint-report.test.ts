import { describe, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  compileMissingRate,
  compileReport,
  outputColumns,
  parsePlan,
  planMintReport,
  printFilter,
  type MintCriteria,
} from '../src/index.ts';

const tenant = { organization: 'myorg', environment: 'prod', environmentId: 7 };
const june: MintCriteria = { fromDate: '2017-06-01', toDate: '2017-07-01' };

/** Custom fields of the dataset `mint`. */
const customFields = [
  { id: 1, name: 'region', type: 'STRING' },
  { id: 2, name: 'calls', type: 'INTEGER' },
] as const;
const context = { catalogue, tenant, customFields };

function plan(criteria: MintCriteria) {
  const result = planMintReport({ ...june, ...criteria }, context);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

function faults(criteria: MintCriteria) {
  const result = planMintReport({ ...june, ...criteria }, context);
  return result.ok ? [] : result.faults.map(({ field, message }) => [field, message] as const);
}

/** Expects one fault at this field, with a message that contains all texts. */
function expectFault(criteria: MintCriteria, field: string, ...texts: string[]) {
  const found = faults(criteria);
  expect(found.map(([faultyField]) => faultyField)).toEqual([field]);
  for (const text of texts) expect(found[0]?.[1]).toContain(text);
}

function filter(criteria: MintCriteria): string {
  const { filter: planned } = plan(criteria);
  return planned === null ? '' : printFilter(planned);
}

function columns(criteria: MintCriteria): string[] {
  return outputColumns(bindPlan(plan(criteria), catalogue)).map(({ name }) => name);
}

const detail = [
  ...['rate', 'batchSize', 'pkgName', 'pkgId', 'ratePlanName', 'ratePlanId', 'product', 'productId'],
  ...['developer', 'developerId', 'application', 'applicationId', 'currency', 'type', 'txProviderStatus'],
  ...['id', 'providerTxId', 'utcStartTime', 'utcEndTime', 'timestamp'],
];
const totals = ['transactionCount', 'rate', 'revenueShareAmount', 'netAmount', 'taxAmount'];

describe('the criteria of a monetization report', () => {
  test('become a frozen plan that survives storage', () => {
    const planned = plan({ currencyOption: 'EUR', devCriteria: [{ id: 'dev' }], groupBy: ['DEVELOPER'] });
    expect(planned).toEqual({
      version: 1,
      dataset: 'mint',
      tenant,
      range: { startMs: Date.UTC(2017, 5, 1), endExclusiveMs: Date.UTC(2017, 6, 1) },
      timeUnit: null,
      metrics: totals.map((name) => ({ metric: name, function: 'sum', alias: name })),
      dimensions: ['developer', 'developerId', 'currency'],
      filter: {
        kind: 'or',
        parts: ['developerId', 'developerEmail'].map((field) => ({
          kind: 'in',
          field,
          type: 'text',
          negated: false,
          values: ['dev'],
        })),
      },
      limitRows: null,
      output: { format: 'json' },
      targetCurrency: 'EUR',
    });
    expect(parsePlan(JSON.parse(JSON.stringify(planned)))).toEqual(planned);
    const rows = plan({ showTxDetail: true, groupBy: ['PRODUCT'] });
    expect(parsePlan(JSON.parse(JSON.stringify(rows)))).toEqual(rows);
  });

  test('fromDate is inclusive and toDate exclusive, in UTC, with or without a time', () => {
    expect(plan({ fromDate: '2017-06-01 00:00:00', toDate: '2017-06-30 13:35:59' }).range).toEqual({
      startMs: Date.UTC(2017, 5, 1),
      endExclusiveMs: Date.UTC(2017, 5, 30, 13, 35, 59),
    });
    expect(plan({ fromDate: '2016-12-31t23:59:60z', toDate: '2017-06-01T02:00:00+02:00' }).range).toEqual({
      startMs: Date.UTC(2017, 0, 1),
      endExclusiveMs: Date.UTC(2017, 5, 1),
    });
    expect(plan({ fromDate: '2016-01-01', toDate: '2016-12-31' }).range.endExclusiveMs).toBe(
      Date.UTC(2016, 11, 31),
    );
    for (const date of [
      '2017-6-01',
      '2017-06-31',
      '2017-06-01T00:00:00 UTC',
      '2017-06-01 24:00:00',
      'June',
      '',
    ]) {
      expectFault({ fromDate: date }, 'fromDate', JSON.stringify(date), 'YYYY-MM-DD HH:MM:SS');
      expectFault({ toDate: date }, 'toDate', JSON.stringify(date), 'YYYY-MM-DD HH:MM:SS');
    }
    expectFault({ fromDate: undefined }, 'fromDate', 'is required');
    expectFault({ toDate: undefined }, 'toDate', 'is required');
    expectFault({ toDate: '2017-06-01' }, 'toDate', 'is empty');
    expectFault({ toDate: '2017-05-31' }, 'toDate', 'is reversed');
    expectFault({ toDate: '2018-06-01 00:00:01' }, 'toDate', 'at most 365 days');
    expect(plan({ toDate: '2018-06-01' }).range.endExclusiveMs).toBe(Date.UTC(2018, 5, 1));
  });

  test('a billing month without dates is the whole month; dates must be within it', () => {
    const undated = { fromDate: undefined, toDate: undefined };
    const july = { startMs: Date.UTC(2015, 6, 1), endExclusiveMs: Date.UTC(2015, 7, 1) };
    expect(plan({ ...undated, billingMonth: 'JULY', billingYear: '2015' }).range).toEqual(july);
    expect(plan({ ...undated, billingMonth: 'July', billingYear: 2015 }).range).toEqual(july);
    expect(plan({ ...undated, billingMonth: 'DECEMBER', billingYear: 2015 }).range.endExclusiveMs).toBe(
      Date.UTC(2016, 0, 1),
    );
    expect(plan({ billingMonth: 'JUNE', billingYear: 2017 }).range.startMs).toBe(Date.UTC(2017, 5, 1));
    expectFault({ billingMonth: 'MAY', billingYear: 2017 }, 'billingMonth', 'outside of the month');
    expectFault(
      { toDate: '2017-07-01 00:00:01', billingMonth: 'JUNE', billingYear: 2017 },
      'billingMonth',
      'outside of the month',
    );
    expectFault({ billingMonth: 'JUNE' }, 'billingYear', 'is required with billingMonth');
    expectFault({ billingYear: 2017 }, 'billingMonth', 'is required with billingYear');
    expectFault({ billingMonth: 'JUNI', billingYear: 2017 }, 'billingMonth', '"JUNI"', 'JUNE');
    for (const year of ['17', 1969, 9999, 2017.5, 'x']) {
      expectFault({ billingMonth: 'JUNE', billingYear: year }, 'billingYear', 'from 1970 to 9998');
    }
    expect(faults(undated).map(([field]) => field)).toEqual(['fromDate', 'toDate']);
  });

  test('a second period is refused', () => {
    expectFault({ prevFromDate: '2017-05-01' }, 'prevFromDate', 'variance');
    expectFault({ prevToDate: '2017-06-01' }, 'prevToDate', 'variance');
  });

  test('filters applications by id and developers by id or e-mail, in one or in any organization', () => {
    expect(filter({ appCriteria: [{ id: 'a' }, { id: 'b' }] })).toBe("applicationId in 'a','b'");
    expect(filter({ appCriteria: [{ id: 'a', orgId: 'other' }] })).toBe(
      "applicationId in 'a' and applicationOrgId in 'other'",
    );
    // Transactions without an organization belong to the environment's.
    expect(filter({ devCriteria: [{ id: 'd', orgId: 'myorg' }, { id: "o'neil@x.example" }] })).toBe(
      "(developerId in 'd' or developerEmail in 'd') and (developerOrgId in 'myorg' or developerOrgId is null) " +
        "or (developerId in 'o''neil@x.example' or developerEmail in 'o''neil@x.example')",
    );
  });

  test('accepts currencies and packages under every name in the contract', () => {
    expect(filter({ currCriteria: [{ id: 'usd', orgId: 'myorg' }] })).toBe("currency in 'USD','usd'");
    expect(filter({ monetizationPackageIds: ['p'] })).toBe("pkgId in 'p'");
    expect(filter({ monetizationPakageIds: ['p'] })).toBe("pkgId in 'p'");
    expect(filter({ pkgCriteria: [{ id: 'p', orgId: 'myorg' }] })).toBe("pkgId in 'p'");
    expect(
      filter({
        monetizationPackageIds: ['p'],
        monetizationPakageIds: ['q', 'p'],
        pkgCriteria: [{ id: 'r' }],
      }),
    ).toBe("pkgId in 'p','q','r'");
    expectFault({ currCriteria: [{ id: 'usd', orgId: 'other' }] }, 'currCriteria[0].orgId', '"myorg"');
    expectFault({ pkgCriteria: [{ id: 'p', orgId: 'other' }] }, 'pkgCriteria[0].orgId', '"myorg"');
  });

  test('matches products by both forms of their id; an id alone belongs to the own organization', () => {
    const both = "productId in 'p','myorg@@@p'";
    expect(filter({ productIds: ['p'] })).toBe(both);
    expect(filter({ productIds: ['myorg@@@p'] })).toBe("productId in 'myorg@@@p','p'");
    expect(filter({ productIds: ['other@@@p'] })).toBe("productId in 'other@@@p'");
    expect(filter({ prodCriteria: [{ id: 'p' }] })).toBe(both);
    expect(filter({ prodCriteria: [{ id: 'p', orgId: 'other' }] })).toBe("productId in 'other@@@p'");
    expect(filter({ prodCriteria: [{ id: 'other@@@p', orgId: 'other' }] })).toBe("productId in 'other@@@p'");
    expectFault(
      { prodCriteria: [{ id: 'other@@@p', orgId: 'myorg' }] },
      'prodCriteria[0].orgId',
      '"other@@@p"',
    );
  });

  test('accepts only levels, pricing types, statuses and transaction types of the contract', () => {
    expect(filter({ ratePlanLevels: ['DEVELOPER', 'STANDARD'] })).toBe(
      "ratePlanLevel in 'DEVELOPER','STANDARD'",
    );
    expect(filter({ pricingTypes: ['REVSHARE', 'REVSHARE_RATECARD', 'RATECARD'] })).toBe(
      "pricingType in 'REVSHARE','REVSHARE_RATECARD','RATECARD'",
    );
    expect(filter({ transactionStatus: ['SUCCESS', 'FAILED', 'FINAL', 'REVIEW', 'SUCCESS'] })).toBe(
      "status in 'SUCCESS','FAILED','FINAL','REVIEW'",
    );
    const types =
      'PURCHASE CHARGE REFUND CREDIT BALANCE SETUPFEES TERMINATIONFEES RECURRINGFEES TRUEUP PROVIDER_AUDIT'.split(
        ' ',
      );
    expect(filter({ transactionTypes: types })).toBe(`type in ${types.map((type) => `'${type}'`).join(',')}`);
    for (const field of [
      'ratePlanLevels',
      'pricingTypes',
      'transactionStatus',
      'transactionTypes',
    ] as const) {
      expectFault({ [field]: [''] }, `${field}[0]`, 'expected one of');
      expectFault({ [field]: ['STANDART'] }, `${field}[0]`, '"STANDART"', 'expected one of');
    }
    expectFault({ ratePlanLevels: ['STANDART'] }, 'ratePlanLevels[0]', 'Did you mean "STANDARD"?');
  });

  test('combines criteria with "and" and ignores empty lists', () => {
    expect(filter({ transactionStatus: ['SUCCESS'], monetizationPackageIds: ['p'] })).toBe(
      "pkgId in 'p' and status in 'SUCCESS'",
    );
    expect(
      filter({ appCriteria: [], devCriteria: [], currCriteria: [], productIds: [], transactionTypes: [] }),
    ).toBe('');
  });

  test('limits the length of lists and ids, and requires printable ids', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);
    expect(faults({ productIds: ids(1000) })).toEqual([]);
    expectFault({ productIds: ids(1001) }, 'productIds', '1001 entries', 'at most 1000');
    expect(faults({ devCriteria: [{ id: 'x'.repeat(256) }] })).toEqual([]);
    for (const id of ['', 'x'.repeat(257), 'a\0b', '\ud800']) {
      expectFault({ devCriteria: [{ id }] }, 'devCriteria[0].id', '1 to 256 characters');
      expectFault({ appCriteria: [{ id: 'a', orgId: id }] }, 'appCriteria[0].orgId', '1 to 256 characters');
      expectFault({ monetizationPakageIds: [id] }, 'monetizationPakageIds[0]', '1 to 256 characters');
    }
  });

  test('currencyOption: LOCAL is the default and does not convert, GPB is GBP', () => {
    const target = (currencyOption?: string) => plan({ currencyOption }).targetCurrency;
    expect(['EUR', 'GBP', 'GPB', 'USD'].map(target)).toEqual(['EUR', 'GBP', 'GBP', 'USD']);
    expect([target('LOCAL'), target()]).toEqual([undefined, undefined]);
    expectFault({ currencyOption: 'CHF' }, 'currencyOption', '"CHF"', 'LOCAL, EUR, GBP, GPB, USD');
  });

  test('the default report has a row per transaction', () => {
    expect(columns({})).toEqual(detail);
    expect(plan({}).perFact).toEqual({ orderedBy: [] });
    expect(columns({ showTxDetail: true, showSummary: true })).toEqual(detail);
    expect(columns({ showSummary: false })).toEqual(detail);
  });

  test('showSummary, groupBy and showTxDetail: false request a summary', () => {
    for (const criteria of [{ showSummary: true }, { showTxDetail: false }]) {
      expect(columns(criteria)).toEqual([...totals, 'currency']);
      expect(plan(criteria).perFact).toBeUndefined();
    }
    expect(columns({ groupBy: ['ORG'] })).toEqual([...totals, 'organization', 'currency']);
  });

  test('groupBy keeps its order and always includes the currency', () => {
    expect(
      plan({ groupBy: ['RATEPLAN', 'PACKAGE', 'PRODUCT', 'APPLICATION', 'DEVELOPER'] }).dimensions,
    ).toEqual([
      ...['ratePlanName', 'ratePlanId', 'pkgName', 'pkgId', 'product', 'productId'],
      ...['application', 'applicationId', 'developer', 'developerId', 'currency'],
    ]);
    expect(plan({ groupBy: ['BALANCE'] }).dimensions).toEqual(['developer', 'developerId', 'currency']);
    expect(plan({ groupBy: ['ORG', 'ORG'] }).dimensions).toEqual(['organization', 'currency']);
    expectFault({ groupBy: ['PRODUCTS'] }, 'groupBy[0]', 'Did you mean "PRODUCT"');
  });

  test('with details, groupBy only orders the rows', () => {
    const planned = plan({ groupBy: ['DEVELOPER'], showTxDetail: true });
    expect(planned.perFact).toEqual({ orderedBy: ['developer', 'developerId'] });
    expect(planned.dimensions.slice(0, 3)).toEqual(['developer', 'developerId', 'pkgName']);
  });

  test('showTxType, showRevSharePct and showEntityId add and remove their columns', () => {
    expect(columns({ showTxType: false })).toEqual(detail.filter((name) => name !== 'type'));
    expect(columns({ showTxType: true, showSummary: true })).toEqual([...totals, 'currency', 'type']);
    expect(columns({ showRevSharePct: true }).slice(0, 4)).toEqual([
      ...['rate', 'revenueShareAmount', 'revSharePct', 'batchSize'],
    ]);
    expect(columns({ showRevSharePct: true, showSummary: true })).toEqual([
      ...totals,
      'revSharePct',
      'currency',
    ]);
    const ids = ['pkgId', 'ratePlanId', 'productId', 'developerId', 'applicationId'];
    expect(columns({ showEntityId: false })).toEqual(detail.filter((name) => !ids.includes(name)));
    expect(columns({ showEntityId: true })).toEqual(detail);
    expect(columns({ showEntityId: false, groupBy: ['PACKAGE'] })).toEqual([
      ...totals,
      'pkgName',
      'currency',
    ]);
  });

  test('custom attributes are declared custom fields, under every name in the contract', () => {
    for (const field of [
      'devCustomAttribute',
      'devCustomAttributes',
      'transactionCustomAttribute',
      'transactionCustomAttributes',
    ] as const) {
      expect(columns({ [field]: ['region', 'calls'] })).toEqual([
        ...['rate', 'batchSize', 'calls'],
        ...[...detail.slice(2, -1), 'region', 'timestamp'],
      ]);
      // Unknown names and stored columns are refused.
      expectFault({ [field]: ['regions'] }, `${field}[0]`, '"regions"', 'custom field');
      expectFault({ [field]: ['calls', 'notes'] }, `${field}[1]`, '"notes"', 'custom field');
    }
    expect(columns({ showSummary: true, devCustomAttributes: ['region'] })).toEqual([
      ...totals,
      'currency',
      'region',
    ]);
    expect(plan({ devCustomAttributes: ['region'] }).customFields).toEqual([customFields[0]]);
  });

  test('all valid criteria compile', () => {
    const everything: MintCriteria = {
      groupBy: ['APPLICATION', 'BALANCE', 'DEVELOPER', 'ORG', 'PACKAGE', 'PRODUCT', 'RATEPLAN'],
      showRevSharePct: true,
      showTxType: true,
    };
    for (const currencyOption of ['LOCAL', 'EUR']) {
      for (const showTxDetail of [true, false]) {
        const planned = plan({ ...everything, currencyOption, showTxDetail });
        expect(compileReport(bindPlan(planned, catalogue)).sql).toContain('select');
        expect(compileMissingRate(bindPlan(planned, catalogue)) === null).toBe(currencyOption === 'LOCAL');
      }
    }
  });

  test('reports all faults at once', () => {
    expect(faults({ fromDate: 'x', groupBy: ['Y'], currencyOption: 'Z' }).map(([field]) => field)).toEqual([
      'fromDate',
      'groupBy[0]',
      'currencyOption',
    ]);
  });
});
