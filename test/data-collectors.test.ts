import {
  createdToken,
  customFieldList,
  dataCollector,
  dataCollectorList,
  savedReport,
} from '@hourglass/contract';
import { connectDatabase, sharedSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAccounts, type AccountsSystem } from './accounts-system.ts';

let accounts: AccountsSystem;
let organization: string;
let own: string;
beforeAll(async () => {
  accounts = await startAccounts(await sharedSystem('worker'));
  ({ organization } = accounts.system);
  own = `/${organization}/datacollectors`;
});
afterAll(() => accounts.system.stop());

const create = (body: object, query = '') => accounts.call('POST', `${own}${query}`, { body });
const fieldsOf = async (environment: string) => {
  const { answer } = await accounts.call('GET', `/${organization}/environments/${environment}/customFields`);
  return customFieldList.parse(answer).fields.map(({ name, type, dataset }) => `${dataset} ${name} ${type}`);
};
const declare = (environment: string, body: object) =>
  accounts.call('POST', `/${organization}/environments/${environment}/customFields`, { body });

describe('data collectors', () => {
  test('are created, listed, shown and deleted with the calls of apigeecli, for facts and reports of every environment, also later ones', async () => {
    const types = ['STRING', 'INTEGER', 'FLOAT', 'BOOLEAN', 'DATETIME'];
    for (const type of types) {
      // apigeecli omits an empty description.
      const described = type === 'INTEGER' ? { description: 'Total token count' } : {};
      const body = { name: `dc_${type.toLowerCase()}`, ...described, type };
      const { status, answer } = await create(body);
      expect([status, answer]).toMatchObject([200, body]);
      const { createdAt, lastModifiedAt } = dataCollector.parse(answer);
      expect(lastModifiedAt).toBe(createdAt);
      expect((await accounts.call('GET', `${own}/${body.name}`)).answer).toEqual(answer);
    }
    const expected = types.map((type) => `api dc_${type.toLowerCase()} ${type}`).toSorted();
    const { dataCollectors } = dataCollectorList.parse((await accounts.call('GET', own)).answer);
    expect(dataCollectors.map(({ name, type }) => `api ${name} ${type}`)).toEqual(expected);
    await accounts.call('POST', `/${organization}/environments`, { body: { name: 'later' } });
    for (const environment of ['prod', 'test', 'later'])
      expect(await fieldsOf(environment)).toEqual(expected);

    const metrics = [{ name: 'dc_integer', function: 'sum' }];
    const later = accounts.system.clientOf(organization, 'later');
    await later.sendFacts([{ timestamp: '2026-03-01T00:00:00Z', dc_integer: 41, dc_string: 'a' }]);
    const range = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
    const query = { metrics, dimensions: ['dc_string'], timeRange: range };
    expect(JSON.parse(await later.report(query))).toEqual({ dc_string: 'a', sum_dc_integer: '41' });
    // As Google's samples create them: collectors, then the report.
    const sample = { displayName: 'Tokens', metrics, properties: [{ value: [{}] }], chartType: 'line' };
    const saved = await accounts.call('POST', `/${organization}/reports`, { body: sample });
    expect(savedReport.parse(saved.answer)).toMatchObject(sample);

    for (const type of types) {
      const deleted = await accounts.call('DELETE', `${own}/dc_${type.toLowerCase()}`);
      expect([deleted.status, deleted.answer]).toEqual([200, {}]);
    }
    for (const environment of ['prod', 'test', 'later']) expect(await fieldsOf(environment)).toEqual([]);
    expect((await accounts.call('GET', own)).answer).toEqual({ dataCollectors: [] });
    for (const method of ['GET', 'DELETE']) {
      expect(await accounts.refusal(method, `${own}/dc_integer`)).toMatchObject({
        status: 404,
        code: 'data_collector.not_found',
      });
    }
  });

  test('take their name from the parameter of Apigee X too', async () => {
    const { answer } = await create({ type: 'STRING', description: '' }, '?dataCollectorId=dc_by_parameter');
    expect(dataCollector.parse(answer)).toMatchObject({ name: 'dc_by_parameter', type: 'STRING' });
    expect((await accounts.call('DELETE', `${own}/dc_by_parameter`)).status).toBe(200);
  });

  test.each<[field: string, body: unknown]>([
    ['name', { type: 'STRING' }],
    ['name', { name: 'total', type: 'STRING' }],
    ['name', { name: 'dc_', type: 'STRING' }],
    ['name', { name: `dc_${'n'.repeat(61)}`, type: 'STRING' }],
    ['name', { name: 'dc_a-b', type: 'STRING' }],
    ['name', { name: 7, type: 'STRING' }],
    ['type', { name: 'dc_a' }],
    ['type', { name: 'dc_a', type: 'LONG' }],
    ['type', { name: 'dc_a', type: 'string' }],
    ['description', { name: 'dc_a', type: 'STRING', description: 'd'.repeat(501) }],
    ['description', { name: 'dc_a', type: 'STRING', description: 7 }],
    ['dataset', { name: 'dc_a', type: 'STRING', dataset: 'api' }],
    ['body', 'dc_a'],
  ])('are refused with a fault of %s', async (field, body) => {
    const refusal = await accounts.refusal('POST', own, { body });
    expect([refusal.status, refusal.code]).toEqual([400, 'request.invalid']);
    expect(refusal.faults.map((fault) => fault.field)).toEqual([field]);
  });

  test('have names of 63 characters and descriptions of 500', async () => {
    const body = { name: `dc_${'n'.repeat(60)}`, type: 'STRING', description: 'd'.repeat(500) };
    expect((await create(body)).answer).toMatchObject(body);
    expect((await accounts.call('DELETE', `${own}/${body.name}`)).status).toBe(200);
  });

  test('exist once, ignoring case, also when they are created at the same time', async () => {
    const bodies = ['dc_once', 'dc_ONCE', 'dc_once', 'dc_Once'].map((name) => ({ name, type: 'STRING' }));
    const answers = await Promise.all(bodies.map((body) => create(body)));
    const statuses = answers.map(({ status }) => String(status));
    expect(statuses.toSorted()).toEqual(['200', '409', '409', '409']);
    const name = bodies[statuses.indexOf('200')]?.name ?? '';
    expect(await accounts.refusal('POST', own, { body: { name, type: 'STRING' } })).toMatchObject({
      code: 'data_collector.exists',
    });
    expect((await accounts.call('DELETE', `${own}/${name}`)).status).toBe(200);
  });

  test('keep an equal field of an environment and do not replace another one', async () => {
    await declare('prod', { name: 'dc_equal', type: 'STRING' });
    expect((await create({ name: 'dc_equal', type: 'STRING' })).status).toBe(200);
    expect(await fieldsOf('test')).toContain('api dc_equal STRING');
    await declare('prod', { name: 'dc_other', type: 'STRING' });
    for (const body of [
      { name: 'dc_other', type: 'FLOAT' },
      { name: 'dc_OTHER', type: 'STRING' },
    ]) {
      expect(await accounts.refusal('POST', own, { body })).toMatchObject({
        status: 409,
        code: 'data_collector.exists',
      });
    }
    expect(await fieldsOf('test')).not.toContain('api dc_other FLOAT');
    expect((await accounts.call('DELETE', `${own}/dc_equal`)).status).toBe(200);
  });

  test('are refused when an environment has 100 fields', async () => {
    const database = await connectDatabase(accounts.system.databaseUrl);
    await accounts.call('POST', `/${organization}/environments`, { body: { name: 'full' } });
    await database.sql(
      `insert into custom_fields (environment_id, dataset, name, folded_name, type)
       select e.id, 'api', 'f' || n, 'f' || n, 'STRING'
         from environments e join organizations o on o.id = e.organization_id, generate_series(1, 99) n
        where e.name = 'full' and o.name = $1`,
      [organization],
    );
    await database.end();
    const last = await create({ name: 'dc_last', type: 'STRING' });
    expect(last.status).toBe(200);
    expect(await accounts.refusal('POST', own, { body: { name: 'dc_more', type: 'STRING' } })).toMatchObject({
      status: 409,
      code: 'account.limit',
    });
    expect(await fieldsOf('prod')).not.toContain('api dc_more STRING');
    await accounts.call('DELETE', `${own}/dc_last`);
    await accounts.call('DELETE', `/${organization}/environments/full`);
  });

  test('need the scope admin, and those of another organization are unknown', async () => {
    await create({ name: 'dc_ours', type: 'STRING' });
    const authorization = await accounts.addUser(`collector@${organization}.example`);
    const body = { name: 'dc_theirs', type: 'STRING' };
    expect((await accounts.call('GET', own, { authorization })).status).toBe(200);
    for (const refused of [
      await accounts.refusal('POST', own, { body, authorization }),
      await accounts.refusal('DELETE', `${own}/dc_ours`, { authorization }),
    ]) {
      expect(refused).toMatchObject({ status: 403, code: 'auth.scope' });
    }
    const { answer } = await accounts.call('POST', `/${organization}/tokens`, {
      body: { scopes: ['read', 'admin'], environment: 'prod' },
    });
    const bound = { authorization: `Bearer ${createdToken.parse(answer).token}` };
    expect(await accounts.refusal('POST', own, { body, ...bound })).toMatchObject({
      code: 'auth.environment',
    });
    const theirs = { authorization: `Bearer ${accounts.other.token}` };
    const path = `/${accounts.other.organization}/datacollectors`;
    expect((await accounts.call('GET', path, theirs)).answer).toEqual({ dataCollectors: [] });
    for (const method of ['GET', 'DELETE']) {
      expect(await accounts.refusal(method, `${path}/dc_ours`, theirs)).toMatchObject({
        status: 404,
        code: 'data_collector.not_found',
      });
    }
    expect(await fieldsOf('prod')).toContain('api dc_ours STRING');
  });
});
