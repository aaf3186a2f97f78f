import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, resultUrls } from '@hourglass/contract';
import { sharedSystem, startSystem, type TestSystem } from '@hourglass/testing';

describe('the link to a result', () => {
  let system: TestSystem;
  let id: string;
  let archive: Buffer;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts([{ timestamp: '2026-06-01T00:00:00Z', apiproxy: 'a' }]);
    id = await system.client.submit({
      dimensions: ['apiproxy'],
      timeRange: { start: '2026-06-01T00:00:00Z', end: '2026-06-02T00:00:00Z' },
    });
    await system.client.ended(id);
    archive = await system.client.archive(id);
  });
  afterAll(() => system.stop());

  const link = async () => {
    const response = await system.client.request(`/queries/${id}/resulturl`);
    expect(response.status).toBe(200);
    const { urls } = resultUrls.parse(await response.json());
    const [url] = urls;
    if (url === undefined || urls.length > 1) throw new Error(`${urls.length} links`);
    return url;
  };

  test('returns the archive without credentials, with its size and checksum', async () => {
    const { uri, md5, sizeBytes } = await link();
    expect(uri.startsWith(`${system.url}/`)).toBe(true);
    const response = await fetch(uri);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain(`OfflineQueryResult-${id}.zip`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes).toEqual(archive);
    expect([md5, sizeBytes]).toEqual([createHash('md5').update(bytes).digest('hex'), String(bytes.length)]);
  });

  test('serves ranges and HEAD like the result itself, and ignores wrong credentials', async () => {
    const { uri } = await link();
    const range = await fetch(uri, { headers: { Range: 'bytes=2-5', Authorization: 'Bearer wrong' } });
    expect([range.status, Buffer.from(await range.arrayBuffer())]).toEqual([206, archive.subarray(2, 6)]);
    const head = await fetch(uri, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(archive.length)]);
  });

  test('opens nothing else and for no longer time: any change is a 403', async () => {
    const { uri } = await link();
    const lifetimeSeconds = Number(new URL(uri).searchParams.get('expires')) - Date.now() / 1000;
    expect(lifetimeSeconds).toBeGreaterThan(3_500);
    expect(lifetimeSeconds).toBeLessThanOrEqual(3_600);
    const other = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await system.client.ended(other);
    for (const changed of [
      uri.replace(id, other),
      uri.replace('/prod/', '/test/'),
      uri.replace(`/${system.organization}/`, '/other/'),
      uri.replace(/expires=(\d+)/, (_, seconds: string) => `expires=${Number(seconds) + 1}`),
      uri.replace(/expires=\d+/, 'expires=soon'),
      uri.replace(/signature=./, (text) => (text.endsWith('A') ? 'signature=B' : 'signature=A')),
      uri.replace(/&signature=.*/, ''),
      uri.replace(/\?.*/, ''),
    ]) {
      const response = await fetch(changed);
      expect([changed, response.status]).toEqual([changed, 403]);
      expect(errorBody.parse(await response.json()).code).toBe('result.link');
    }
    expect((await fetch(`${uri}&signature=x`)).status).toBe(400);
  });

  test('is issued only with credentials and for an existing query', async () => {
    const path = `${system.client.environmentUrl}/queries`;
    expect((await fetch(`${path}/${id}/resulturl`)).status).toBe(401);
    const unknown = await system.client.request('/queries/00000000-0000-4000-8000-000000000000/resulturl');
    expect(unknown.status).toBe(404);
  });
});

describe('the link to a result behind a proxy', () => {
  test('begins with the public URL', async () => {
    const system = await startSystem({ env: { HOURGLASS_PUBLIC_URL: 'https://reports.example/hourglass/' } });
    try {
      const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
      await system.client.ended(id);
      const response = await system.client.request(`/queries/${id}/resulturl`);
      const [url] = resultUrls.parse(await response.json()).urls;
      const rest = '/v1/organizations/acme/environments/prod/queries/';
      expect(url?.uri.startsWith(`https://reports.example/hourglass${rest}${id}/archive?`)).toBe(true);
      const direct = await fetch(
        `${system.url}${url?.uri.slice('https://reports.example/hourglass'.length)}`,
      );
      expect(direct.status).toBe(200);
    } finally {
      await system.stop();
    }
  });
});
