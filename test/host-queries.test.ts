import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queryList, queryStatus, resultView, type QueryStatus } from '@hourglass/contract';
import { eventually, readArchive, sharedSystem, type TestSystem, type TestTenant } from '@hourglass/testing';

describe('queries of a hostname', () => {
  let system: TestSystem;
  let other: TestTenant;
  const unknown = '00000000-0000-4000-8000-000000000000';
  const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
  const calls = {
    metrics: [{ name: 'message_count', function: 'sum' }, { name: 'tpm' }],
    dimensions: ['apiproxy', 'developer'],
    timeRange,
  };

  beforeAll(async () => {
    system = await sharedSystem('api');
    other = await system.createTenant();
    await setHostnames('prod', ['API.example.com', 'www.example.com']);
    await setHostnames('test', ['test.example.com']);
    const timestamp = '2026-03-01T12:00:00Z';
    await system.client.sendFacts([
      { timestamp, apiproxy: 'weather', developer: 'jane' },
      { timestamp, apiproxy: 'weather', developer: 'jane' },
      { timestamp, apiproxy: 'a,"b"' },
    ]);
  });
  afterAll(() => system.stop());

  const request = (path: string, init: RequestInit = {}, token = system.token) =>
    fetch(`${system.url}/v1${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    });
  const setHostnames = async (environment: string, hostnames: readonly string[]) => {
    const response = await request(
      `/organizations/${system.organization}/environments/${environment}/hostnames`,
      {
        method: 'PUT',
        body: JSON.stringify({ hostnames }),
      },
    );
    expect(response.status).toBe(200);
  };
  const post = (query: object, organization = system.organization) =>
    request(`/organizations/${organization}/hostQueries`, { method: 'POST', body: JSON.stringify(query) });
  const submit = async (query: object): Promise<QueryStatus> => {
    const response = await post({ envgroupHostname: 'api.example.com', ...query });
    expect(response.status).toBe(201);
    return queryStatus.parse(await response.json());
  };
  const completed = async (query: object): Promise<string> => {
    const { self } = await submit(query);
    await eventually('the host query completes', async () => {
      const status = queryStatus.parse(await (await request(self)).json());
      return status.state === 'completed' ? status : null;
    });
    return self;
  };

  test('are found only at their own paths, and are cancelled by POST and by DELETE', async () => {
    const { self } = await submit(calls);
    const id = self.slice(self.lastIndexOf('/') + 1);
    const own = await system.client.submit(calls);
    for (const path of ['', '/result', '/resulturl']) {
      expect((await system.client.request(`/queries/${id}${path}`)).status).toBe(404);
    }
    for (const path of ['', '/result', '/resultView']) {
      expect((await request(`/organizations/${system.organization}/hostQueries/${own}${path}`)).status).toBe(
        404,
      );
    }
    const waiting = await request(`${self}/resultView`);
    expect([waiting.status, await waiting.text()]).toEqual([404, expect.stringContaining('is enqueued')]);
    const other = await submit(calls);
    for (const cancel of [
      await request(`${self}:cancel`, { method: 'POST' }),
      await request(other.self, { method: 'DELETE' }),
    ]) {
      expect(queryStatus.parse(await cancel.json())).toMatchObject({ state: 'cancelled' });
    }
    await system.client.request(`/queries/${own}`, { method: 'DELETE' });
  });

  test('are submitted, polled, downloaded and viewed below the organization', async () => {
    system.startWorker();
    const response = await post({
      envgroupHostname: 'Api.Example.com',
      name: 'Calls',
      reportDefinitionId: 'r-1',
      ...calls,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('RateLimit-Policy')).toContain('"hourly";q=1000');
    const submitted = queryStatus.parse(await response.json());
    const labels = { name: 'Calls', reportDefinitionId: 'r-1', envgroupHostname: 'api.example.com' };
    expect(submitted).toEqual({
      self: expect.stringMatching(
        new RegExp(`^/organizations/${system.organization}/hostQueries/[0-9a-f-]{36}$`),
      ) as string,
      ...labels,
      created: submitted.created,
      state: 'enqueued',
      error: 'false',
    });
    const { self } = submitted;
    const status = await eventually('the host query completes', async () => {
      const polled = await request(self);
      expect(polled.headers.get('X-RateLimit-Limit')).toBe('1000');
      const body = queryStatus.parse(await polled.json());
      return body.state === 'completed' ? body : null;
    });
    expect(status).toMatchObject({ self, ...labels, result: { self: `${self}/result` }, resultRows: 2 });

    const result = await request(`${self}/result`);
    const parts = await readArchive(Buffer.from(await result.arrayBuffer()));
    expect(parts.map(({ text }) => text).join('')).toBe(
      '{"sum_message_count":"1","tpm":0.0006944444444444445,"apiproxy":"a,\\"b\\"","developer":"(not set)"}\n' +
        '{"sum_message_count":"2","tpm":0.001388888888888889,"apiproxy":"weather","developer":"jane"}\n',
    );
    const view = await request(`${self}/resultView`);
    expect([view.status, view.headers.get('Content-Type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(view.headers.get('RateLimit')).toContain('"active";r=');
    expect(await view.text()).toBe(
      '{"code":200,"error":"","state":"completed","metadata":{"dimensions":["apiproxy","developer"],' +
        '"metrics":["name:message_count,func:sum,alias:sum_message_count","name:tpm,alias:tpm"],' +
        '"startTimestamp":"2026-03-01T00:00:00.000Z","endTimestamp":"2026-03-02T00:00:00.000Z",' +
        '"outputFormat":"json"},"rows":[' +
        '{"sum_message_count":"1","tpm":0.0006944444444444445,"apiproxy":"a,\\"b\\"","developer":"(not set)"},\n' +
        '{"sum_message_count":"2","tpm":0.001388888888888889,"apiproxy":"weather","developer":"jane"}]}',
    );
    const head = await request(`${self}/resultView`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('have the same rows in a view in every output format, and none for an empty result', async () => {
    const rowsOf = async (query: object) => {
      const response = await request(`${await completed(query)}/resultView`);
      return resultView.parse(await response.json()).rows;
    };
    const json = await rowsOf(calls);
    expect(json).toHaveLength(2);
    expect(await rowsOf({ ...calls, outputFormat: 'csv', csvDelimiter: '|' })).toEqual(json);
    const nothing = { ...calls, filter: "(apiproxy eq 'nothing')" };
    expect(await rowsOf(nothing)).toEqual([]);
    expect(await rowsOf({ ...nothing, outputFormat: 'csv' })).toEqual([]);
  });

  test('are listed by hostname, apart from the queries of the environment', async () => {
    const own = await system.client.submit(calls);
    const { self } = await submit({ ...calls, envgroupHostname: 'www.example.com', name: 'of www' });
    const list = async (path: string) => {
      const response = await request(path);
      expect(response.headers.get('RateLimit')).not.toBeNull();
      return queryList.parse(await response.json());
    };
    const ofWww = await list(`/o/${system.organization}/hostQueries?envgroupHostname=WWW.example.com`);
    expect(ofWww).toEqual({
      queries: [
        expect.objectContaining({
          self,
          name: 'of www',
          envgroupHostname: 'www.example.com',
          userId: system.email,
        }),
      ],
    });
    const selves = async (path: string) => (await list(path)).queries.map((query) => query.self);
    expect(
      await selves(`/organizations/${system.organization}/hostQueries?envgroupHostname=test.example.com`),
    ).toEqual([]);
    const ofEnvironment = await selves(`/organizations/${system.organization}/environments/prod/queries`);
    expect(ofEnvironment).toContain(`/organizations/${system.organization}/environments/prod/queries/${own}`);
    expect(ofEnvironment.filter((one) => one.includes('hostQueries'))).toEqual([]);
    const ofApi = `/organizations/${system.organization}/hostQueries?envgroupHostname=api.example.com`;
    const firstPage = await list(`${ofApi}&pageSize=1&status=completed`);
    const second = await list(
      `${ofApi}&pageSize=1000&status=completed&pageToken=${firstPage.nextPageToken ?? ''}`,
    );
    expect([...firstPage.queries, ...second.queries]).toEqual(
      (await list(`${ofApi}&status=completed`)).queries,
    );
    const reports = await list(`${ofApi}&inclQueriesWithoutReport=false`);
    expect(reports.queries.map((query) => query.reportDefinitionId)).toEqual(['r-1']);
    const elsewhere = await request(
      `/organizations/${system.organization}/hostQueries?envgroupHostname=www.example.com&pageToken=${firstPage.nextPageToken ?? ''}`,
    );
    expect(elsewhere.status).toBe(400);
  });

  test('need a hostname of an environment of the organization', async () => {
    const missing = await post(calls);
    expect([missing.status, await missing.text()]).toEqual([
      400,
      expect.stringContaining('envgroupHostname'),
    ]);
    const wrong = await post({ ...calls, envgroupHostname: '*.example.com' });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('a DNS name')]);
    const list = await request(`/organizations/${system.organization}/hostQueries`);
    expect([list.status, await list.text()]).toEqual([400, expect.stringContaining('envgroupHostname')]);
    const fault = await post({
      ...calls,
      metrics: [{ name: 'mesage_count' }],
      envgroupHostname: 'api.example.com',
    });
    expect([fault.status, fault.headers.has('RateLimit')]).toEqual([400, true]);
  });

  test('of another organization get the same bytes as ones that do not exist', async () => {
    const self = await completed(calls);
    const id = self.slice(self.lastIndexOf('/') + 1);
    const same = async (found: [string, RequestInit?], nothing: [string, RequestInit?], token: string) => {
      const answer = await request(found[0], found[1], token);
      expect(answer.status).toBe(404);
      const text = (await answer.text()).replaceAll(id, unknown).replaceAll(system.organization, 'nobody');
      const reference = await (await request(nothing[0], nothing[1], token)).text();
      expect(text.replaceAll('api.example.com', 'no.example')).toBe(reference);
    };
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/result'],
      ['GET', '/resultView'],
      ['POST', ':cancel'],
      ['DELETE', ''],
    ] as const) {
      for (const organization of [system.organization, other.organization]) {
        await same(
          [`/organizations/${organization}/hostQueries/${id}${path}`, { method }],
          [`/organizations/${other.organization}/hostQueries/${unknown}${path}`, { method }],
          other.token,
        );
      }
    }
    const list = (organization: string, hostname: string) =>
      `/organizations/${organization}/hostQueries?envgroupHostname=${hostname}`;
    const body = (envgroupHostname: string) => ({
      method: 'POST',
      body: JSON.stringify({ ...calls, envgroupHostname }),
    });
    // The own path with another organization's hostname, and another organization's path.
    await same(
      [list(other.organization, 'api.example.com')],
      [list(other.organization, 'no.example')],
      other.token,
    );
    await same([list(system.organization, 'api.example.com')], [list('nobody', 'no.example')], other.token);
    for (const [organization, nowhere] of [
      [other.organization, other.organization],
      [system.organization, 'nobody'],
    ]) {
      await same(
        [`/organizations/${organization}/hostQueries`, body('api.example.com')],
        [`/organizations/${nowhere}/hostQueries`, body('no.example')],
        other.token,
      );
    }
  });
});
