import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instrumentsError } from '@hourglass/contract';
import { sharedSystem, type TestSystem, type TestTenant } from '@hourglass/testing';
import { instrumentsClient, keyed, queryOf, type InstrumentsClient } from './instruments-client.ts';

const instrument = '66835801fde83e6e7fd2fb56b466c5ea04d30c54';
const firstOfJanuary = ['bt', '2020-01-01 00:00:00', '2020-01-01 23:59:59'];
const everyResource = ['charge', 'follow', 'record', 'sample', 'status', 'training'];
const ofCharts = everyResource.filter((resource) => resource !== 'follow');

/** The two sample responses of the page, without its comments. */
const sampleDashboard = {
  charge: { total: { charge_amount: 129000 }, detail: [{ equipment: instrument, charge_amount: '129000' }] },
  follow: { total: { follow_numbers: 10 }, detail: [{ equipment: instrument, follow_numbers: '10' }] },
  record: {
    total: { use_numbers: 5, service_times: 60, service_time: 1351 },
    detail: [{ equipment: instrument, use_numbers: '5', service_times: '60', service_time: '1351' }],
  },
  sample: { total: { sample_times: 32 }, detail: [{ equipment: instrument, sample_times: '32' }] },
  status: { total: { break_time: 0, break_times: 0 }, detail: [] },
  training: {
    total: { training_times: 40, approved_times: 25 },
    detail: [{ equipment: instrument, training_times: '40', approved_times: '25' }],
  },
};
const sampleCharts = {
  charge: { detail: [{ date: '2020-01-01', charge_amount: '129000' }] },
  record: {
    detail: [{ date: '2020-01-01', use_numbers: '5', service_times: '60', service_time: '1351' }],
  },
  sample: { detail: [{ date: '2020-01-01', sample_times: '32' }] },
  // The page shows an object here and in training, but closes an array: a slip.
  status: { detail: [{ date: '2020-01-01', break_time: 0, break_times: 0 }] },
  training: { detail: [{ date: '2020-01-01', training_times: 40, approved_times: 25 }] },
};

const times = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index));

/** Records that add up to the sample. */
const sampleRecords: Record<string, object[]> = {
  charges: [
    { id: 'c1', equipment: instrument, charged_at: '2020-01-01T00:00:00Z', amount: '128999.999999' },
    { id: 'c2', equipment: instrument, charged_at: '2020-01-01T23:59:59.999999Z', amount: '0.000001' },
  ],
  followers: times(10, (index) => ({
    ...{ equipment: instrument, user_id: `u${index}`, followed_at: '2020-01-01T12:00:00Z' },
  })),
  uses: times(60, (index) => ({
    ...{ id: `u${index}`, equipment: instrument, user_id: `u${index % 5}` },
    ...{ started_at: '2020-01-01T12:00:00Z', seconds: index === 0 ? 1351 - 59 * 20 : 20 },
  })),
  samples: times(4, (index) => ({
    ...{ id: `s${index}`, equipment: instrument, sampled_at: '2020-01-01T12:00:00Z', count: 8 },
  })),
  trainings: times(40, (index) => ({
    ...{ id: `t${index}`, equipment: instrument, trained_at: '2020-01-01T12:00:00Z', approved: index < 25 },
  })),
};

describe('the statistics of instruments', () => {
  let system: TestSystem;
  let client: InstrumentsClient;
  let otherLab: TestTenant;
  beforeAll(async () => {
    system = await sharedSystem('api');
    otherLab = await system.createTenant({ environment: 'prod' });
    client = await instrumentsClient(system);
    for (const [name, records] of Object.entries(sampleRecords)) await client.store(name, records);
  });
  afterAll(() => system.stop());

  const dashboardOf = { equipment: [instrument], resource: everyResource, time: firstOfJanuary };
  const chartsOf = { equipment: [instrument], resource: ofCharts, time: firstOfJanuary, unit: 'day' };

  test('equal the two sample responses of the page, to the byte', async () => {
    expect(await client.get('/dashboard', queryOf(dashboardOf))).toEqual({
      status: 200,
      text: JSON.stringify(sampleDashboard),
    });
    expect(await client.get('/charts', queryOf({ ...chartsOf, fill: 'true' }))).toEqual({
      status: 200,
      text: JSON.stringify(sampleCharts),
    });
  });

  test('accept every form of parameters that clients send', async () => {
    const numbered = keyed(dashboardOf, (name, index) => `${name}[${index}]`);
    const json = queryOf({
      equipment: JSON.stringify(dashboardOf.equipment),
      resource: JSON.stringify(dashboardOf.resource),
      time: JSON.stringify(dashboardOf.time),
    });
    const bracketed = keyed(dashboardOf, (name) => `${name}[]`);
    const { time, ...others } = dashboardOf;
    for (const query of [
      bracketed,
      bracketed.replaceAll('%5B', '[').replaceAll('%5D', ']').replaceAll('+', '%20'),
      numbered,
      // The indexes define the order.
      numbered.split('&').toReversed().join('&'),
      json,
      `${json}&alt=json`,
      // Each field in another form.
      `${queryOf(others)}&${keyed({ time }, (name, index) => `${name}[${index}]`)}`,
    ]) {
      const { status, text } = await client.get('/dashboard', query);
      expect([query, status, text]).toEqual([query, 200, JSON.stringify(sampleDashboard)]);
    }
    for (const [target, body] of [
      ['/dashboard', dashboardOf],
      [`/dashboard?${queryOf({ time })}`, others],
    ] as const) {
      const { status, text } = await client.getWithBody(target, JSON.stringify(body));
      expect([target, status, text]).toEqual([target, 200, JSON.stringify(sampleDashboard)]);
    }
    const charts = JSON.stringify({ ...chartsOf, fill: true });
    const headers = { 'Content-Type': 'application/json' };
    expect((await client.getWithBody('/charts', charts, headers)).text).toBe(JSON.stringify(sampleCharts));
  });

  test('take ids literally, also one that begins with a bracket if its key has brackets', async () => {
    const ids = ['["a"]', 'a,b', 'a&b=c', ' ä ', '%41', "';--"];
    const sample = { sampled_at: '2021-01-01' };
    await client.store(
      'samples',
      ids.map((equipment, index) => ({ ...sample, id: `id-${index}`, equipment, count: index + 1 })),
    );
    const asked = { resource: ['sample'], time: ['bt', '2021-01-01 00:00:00', '2021-01-01 00:00:00'] };
    const expected = {
      sample: {
        total: { sample_times: 21 },
        detail: ids.map((equipment, index) => ({ equipment, sample_times: String(index + 1) })),
      },
    };
    const keys = `${queryOf(asked)}&${keyed({ equipment: ids }, (name) => `${name}[]`)}`;
    expect(JSON.parse((await client.get('/dashboard', keys)).text)).toEqual(expected);
    const array = queryOf({ ...asked, equipment: JSON.stringify(ids) });
    expect(JSON.parse((await client.get('/dashboard', array)).text)).toEqual(expected);
  });

  test('list instruments in the order of the request, each once, with every digit of an amount', async () => {
    const [b, a] = ['order-b', 'order-a'];
    const charge = { charged_at: '2022-03-01T00:00:00Z' };
    await client.store('charges', [
      { ...charge, id: 'o1', equipment: a, amount: '0.1' },
      { ...charge, id: 'o2', equipment: b, amount: '0.2' },
      { ...charge, id: 'o3', equipment: b, amount: '12345678901234567.123' },
      { ...charge, id: 'o4', equipment: 'not asked for', amount: 1 },
    ]);
    const march = ['bt', '2022-03-01 00:00:00', '2022-03-31 23:59:59'];
    const asked = { equipment: [b, 'none', a, b], resource: ['charge', 'charge'], time: march };
    // More digits than a double has: JSON.parse would lose them.
    expect(await client.get('/dashboard', queryOf(asked))).toEqual({
      status: 200,
      text:
        '{"charge":{"total":{"charge_amount":12345678901234567.423},"detail":[' +
        '{"equipment":"order-b","charge_amount":"12345678901234567.323"},{"equipment":"order-a","charge_amount":"0.1"}]}}',
    });
    expect((await client.get('/charts', queryOf({ ...asked, unit: 'month' }))).text).toBe(
      '{"charge":{"detail":[{"date":"2022-03","charge_amount":"12345678901234567.423"}]}}',
    );
  });

  test('count a user of several instruments once in the total', async () => {
    const use = { started_at: '2022-05-01T10:00:00Z', seconds: 5 };
    await client.store('uses', [
      { ...use, id: 'm1', equipment: 'm1', user_id: 'jane' },
      { ...use, id: 'm2', equipment: 'm2', user_id: 'jane' },
      { ...use, id: 'm3', equipment: 'm2', user_id: 'joe' },
    ]);
    const second = ['bt', '2022-05-01 10:00:00', '2022-05-01 10:00:00'];
    const asked = { equipment: ['m1', 'm2'], resource: 'record', time: second };
    const { text } = await client.get('/dashboard', queryOf(asked));
    const { record } = JSON.parse(text) as typeof sampleDashboard;
    expect(record.total).toEqual({ use_numbers: 2, service_times: 3, service_time: 15 });
    expect(record.detail.map(({ use_numbers: users }) => users)).toEqual(['1', '2']);
  });

  test('are empty lists and zeros when nothing matches', async () => {
    const asked = { equipment: ['none'], time: firstOfJanuary };
    const dashboard = await client.get('/dashboard', queryOf({ ...asked, resource: everyResource }));
    const zeros = Object.entries(sampleDashboard).map(([resource, { total }]) => [
      resource,
      { total: Object.fromEntries(Object.keys(total).map((name) => [name, 0])), detail: [] },
    ]);
    expect(dashboard.text).toBe(JSON.stringify(Object.fromEntries(zeros)));
    const charts = await client.get('/charts', queryOf({ ...asked, resource: ofCharts, unit: 'day' }));
    const nothing = ofCharts.map((resource) => [resource, { detail: [] }]);
    expect(charts.text).toBe(JSON.stringify(Object.fromEntries(nothing)));
  });

  test('have every bucket of the range with fill, also over a leap day and the end of a year', async () => {
    const asked = { equipment: [instrument], resource: 'training', fill: 'true' };
    const datesOf = async (unit: string, from: string, to: string) => {
      const query = queryOf({ ...asked, unit, time: ['bt', from, to] });
      const { training } = JSON.parse((await client.get('/charts', query)).text) as typeof sampleCharts;
      return training.detail.map(({ date }) => date);
    };
    expect(await datesOf('day', '2020-02-28 23:59:59', '2020-03-01 00:00:00')).toEqual([
      ...['2020-02-28', '2020-02-29', '2020-03-01'],
    ]);
    expect(await datesOf('month', '2019-11-30 00:00:00', '2020-02-01 00:00:00')).toEqual([
      ...['2019-11', '2019-12', '2020-01', '2020-02'],
    ]);
    expect(await datesOf('month', '1000-01-31 00:00:00', '4049-12-01 00:00:00')).toHaveLength(36_600);
    expect(await datesOf('day', '2000-01-01 00:00:00', '2100-03-16 23:59:59')).toHaveLength(36_600);
  });

  test('cover only the environment of the token', async () => {
    const query = queryOf({ ...dashboardOf, resource: 'sample' });
    expect(await client.get('/dashboard', query, `Bearer ${otherLab.token}`)).toEqual({
      status: 200,
      text: '{"sample":{"total":{"sample_times":0},"detail":[]}}',
    });
    const basic = `Basic ${Buffer.from(`${system.email}:${system.password}`).toString('base64')}`;
    for (const [authorization, status, code] of [
      [basic, 403, 'auth.unbound'],
      ['Bearer unknown', 401, 'auth.required'],
    ] as const) {
      const answer = await client.get('/dashboard', query, authorization);
      const { error } = instrumentsError.parse(JSON.parse(answer.text));
      expect([answer.status, error.code]).toEqual([status, code]);
    }
  });

  test('of the maximum number of instruments are requested in a body', async () => {
    const equipment = [...times(1_999, (index) => String(index).padStart(40, '0')), instrument];
    const { status, text } = await client.getWithBody(
      '/dashboard',
      JSON.stringify({ ...dashboardOf, equipment }),
    );
    expect([status, text]).toEqual([200, JSON.stringify(sampleDashboard)]);
  });
});
