import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  environmentView,
  errorBody,
  names,
  organizationView,
  queryList,
  queryStatus,
} from '@hourglass/contract';
import { sharedSystem, type TestSystem, type TestTenant } from '@hourglass/testing';

describe('a client written for Apigee', () => {
  let system: TestSystem;
  let stranger: TestTenant;
  beforeAll(async () => {
    system = await sharedSystem('api');
    stranger = await system.createTenant({ environments: ['dev'] });
  });
  afterAll(() => system.stop());

  const get = (path: string, token = system.token, init: RequestInit = {}) =>
    fetch(`${system.url}${path}`, { ...init, headers: { Authorization: `Bearer ${token}` } });
  const query = { dimensions: ['apiproxy'], timeRange: 'last60minutes' };
  const submit = (body: string, headers: Record<string, string>, path = '/queries') =>
    system.client.request(path, { method: 'POST', headers, body });

  /** All system parameters in the discovery document of Apigee X. */
  const systemParameters = [
    'alt=json',
    '$.xgafv=2',
    'key=anything',
    'fields=queries(self)',
    'prettyPrint=false',
    'quotaUser=me',
    'access_token=anything',
    'oauth_token=anything',
    'callback=f',
    'uploadType=media',
    'upload_protocol=raw',
  ].join('&');

  test('may add system parameters to every request without effect', async () => {
    const submitted = await submit(
      JSON.stringify(query),
      { 'Content-Type': 'application/json' },
      `/queries?${systemParameters}`,
    );
    expect(submitted.status).toBe(201);
    const { self } = queryStatus.parse(await submitted.json());
    const id = self.slice(self.lastIndexOf('/') + 1);
    const place = `/v1/organizations/${system.organization}/environments/prod`;
    for (const path of [
      '/healthz',
      '/v1/organizations',
      `/v1/organizations/${system.organization}`,
      `${place}/queries`,
      `${place}/queries/${id}`,
    ]) {
      const [plain, decorated] = [await get(path), await get(`${path}?${systemParameters}`)];
      expect([path, decorated.status, await decorated.text()]).toEqual([path, 200, await plain.text()]);
    }
    const removed = await system.client.request(`/queries/${id}?${systemParameters}`, { method: 'DELETE' });
    expect(removed.status).toBe(200);
  });

  test('is not authenticated by a system parameter that looks like a credential', async () => {
    for (const name of ['access_token', 'oauth_token', 'key']) {
      const response = await fetch(`${system.url}/v1/organizations?${name}=${system.token}`);
      expect([name, response.status]).toEqual([name, 401]);
    }
  });

  test('gets the number of rows as text with alt=json, as Apigee X has it, and else as a number, as Edge has it', async () => {
    const worker = system.startWorker();
    const id = await system.client.submit(query);
    await system.client.ended(id);
    await worker.stop();
    const ofX = { alt: 'json', prettyPrint: 'false' };
    for (const [parameters, rows] of [
      [{}, 0],
      [ofX, '0'],
    ] as const) {
      const asked = new URLSearchParams(parameters).toString();
      const one = await system.client.request(`/queries/${id}?${asked}`);
      expect(await one.json()).toMatchObject({ state: 'completed', resultRows: rows });
      const list = queryList.parse(await (await system.client.request(`/queries?${asked}`)).json());
      const listed = list.queries.find(({ self }) => self.endsWith(id));
      expect(listed?.resultRows).toBe(rows);
    }
  });

  test('gets a 400 that names any other parameter', async () => {
    const headers = { 'Content-Type': 'application/json' };
    for (const name of ['tz', 'Alt', 'access-token']) {
      const response = await submit(JSON.stringify(query), headers, `/queries?${name}=1`);
      expect(response.status).toBe(400);
      expect(errorBody.parse(await response.json()).message).toContain(name);
    }
  });

  test('reaches all resources by short path forms, also mixed', async () => {
    const id = await system.client.submit(query);
    const forms = [
      `/v1/organizations/${system.organization}/environments/prod`,
      `/v1/o/${system.organization}/e/prod`,
      `/v1/o/${system.organization}/environments/prod`,
      `/v1/organizations/${system.organization}/e/prod`,
    ];
    for (const form of forms) {
      const status = await get(`${form}/queries/${id}`);
      expect([form, status.status]).toEqual([form, 200]);
      expect(queryStatus.parse(await status.json()).self).toBe(
        `/organizations/${system.organization}/environments/prod/queries/${id}`,
      );
      const wrongMethod = await get(`${form}/facts/api`);
      expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST, DELETE']);
    }
    const cancelled = await get(`/v1/o/${system.organization}/e/prod/queries/${id}:cancel`, system.token, {
      method: 'POST',
    });
    expect(queryStatus.parse(await cancelled.json()).state).toBe('cancelled');
    expect(await (await get('/v1/o')).json()).toEqual([system.organization]);
    expect((await get(`/v1/o/${system.organization}/environment/prod/queries`)).status).toBe(404);
  });

  test('reads its organization and environments', async () => {
    expect(names.parse(await (await get('/v1/organizations')).json())).toEqual([system.organization]);
    const organization = organizationView.parse(
      await (await get(`/v1/organizations/${system.organization}`)).json(),
    );
    expect(organization).toMatchObject({ name: system.organization, environments: ['prod', 'test'] });
    expect(Math.abs(Date.now() - organization.createdAt)).toBeLessThan(600_000);
    const environments = await get(`/v1/organizations/${system.organization}/environments`);
    expect(names.parse(await environments.json())).toEqual(['prod', 'test']);
    const environment = await get(`/v1/organizations/${system.organization}/environments/test`);
    expect(environmentView.parse(await environment.json())).toMatchObject({ name: 'test' });
  });

  test('gets the same bytes for another organization as for one that does not exist', async () => {
    expect(await (await get('/v1/organizations', stranger.token)).json()).toEqual([stranger.organization]);
    for (const rest of ['', '/environments', '/environments/prod', '/environments/dev']) {
      const theirs = await get(`/v1/organizations/${system.organization}${rest}`, stranger.token);
      const none = await get(`/v1/organizations/none${rest}`, stranger.token);
      expect([rest, theirs.status, none.status]).toEqual([rest, 404, 404]);
      expect((await theirs.text()).replaceAll(system.organization, 'none')).toBe(await none.text());
    }
    expect((await get(`/v1/organizations/${system.organization}/environments/none`)).status).toBe(404);
  });

  test.each([
    ['application/json'],
    ['Application/JSON; charset=utf-8'],
    ['application/json;profile="x"'],
    ['application/vnd.acme.query+json'],
    [''],
  ])('may submit with the content type %j', async (type) => {
    // A Blob without a type is the one body for which fetch sends no content type.
    const body = new Blob([JSON.stringify(query)]);
    const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
    const response = await system.client.request('/queries', { method: 'POST', headers, body });
    expect(response.status).toBe(201);
  });

  test.each([
    ['application/x-www-form-urlencoded'],
    ['text/plain;charset=UTF-8'],
    ['application/xml'],
    ['application/jsonp'],
    ['text/json'],
    ['multipart/form-data; boundary=application/json'],
    ['application/json; charset=latin1'],
  ])('gets a 415 that asks for JSON when its content type is %s', async (type) => {
    const response = await submit(JSON.stringify(query), { 'Content-Type': type });
    expect(response.status).toBe(415);
    const { code, message } = errorBody.parse(await response.json());
    expect(code).toBe('request.media_type');
    expect(message).toContain('JSON');
    if (!type.includes('charset=latin1')) expect(message).toContain('Content-Type: application/json');
  });
});
