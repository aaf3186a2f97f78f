import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

const day = 'timeRange=01/05/2026 00:00~01/06/2026 00:00';
const noMetaData = { errors: [], notices: [] };

describe('synchronous statistics', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
    const timestamp = '2026-01-05T10:00:00Z';
    await system.client.sendFacts([
      { timestamp, developer_app: 'mobile' },
      { timestamp, developer_app: 'web' },
      { timestamp, developer_app: 'web' },
    ]);
  });
  afterAll(() => system.stop());

  const ofEnvironment = async (target: string) => (await system.client.request(encodeURI(target))).json();

  test('of a hostname are those of its environment, listed under the hostname', async () => {
    const put = await system.client.request('/hostnames', {
      method: 'PUT',
      body: JSON.stringify({ hostnames: ['api.example.com'] }),
    });
    expect(put.status).toBe(200);
    const get = (target: string, authorization = `Bearer ${system.token}`) =>
      fetch(encodeURI(`${system.url}/v1/organizations/${system.organization}/${target}`), {
        headers: { Authorization: authorization },
      });
    const query = `select=sum(message_count)&${day}&envgroupHostname=API.example.com`;
    const metrics = [{ name: 'sum(message_count)', values: ['3'] }];
    for (const form of ['hostStats', 'hostStats/']) {
      expect(await (await get(`${form}?${query}`)).json()).toEqual({
        hosts: [{ name: 'api.example.com', metrics }],
        metaData: noMetaData,
      });
    }
    const byApp = `select=sum(message_count)&${day}`;
    const group = (app: string, count: string) => ({
      name: app,
      individualNames: [app],
      metrics: [{ name: 'sum(message_count)', values: [count] }],
    });
    expect(await (await get(`hostStats/apps?${query}`)).json()).toEqual({
      hosts: [{ name: 'api.example.com', dimensions: [group('mobile', '1'), group('web', '2')] }],
      metaData: noMetaData,
    });
    for (const path of ['', '/apps']) {
      expect(await (await get(`optimizedHostStats${path}?${query}`)).json()).toEqual(
        await ofEnvironment(`/optimizedStats${path}?${byApp}`),
      );
    }
    const unnamed = await get(`hostStats?select=tps&${day}`);
    expect([unnamed.status, await unnamed.text()]).toEqual([
      400,
      expect.stringContaining('envgroupHostname'),
    ]);
    expect((await get(`hostStats?${query.replace('API', 'www')}`)).status).toBe(404);
    const { token } = await system.createTenant();
    expect((await get(`hostStats?${query}`, `Bearer ${token}`)).status).toBe(404);
  });
});
