import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

describe('ranges of a result', () => {
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

  const download = (headers: Record<string, string>, method = 'GET') =>
    system.client.request(`/queries/${id}/result`, { method, headers });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  test('are sent as multipart/byteranges, each with its position and bytes', async () => {
    const response = await download({ Range: 'bytes=0-3,10-12,-2' });
    expect(response.status).toBe(206);
    expect(response.headers.has('content-range')).toBe(false);
    const body = await bytesOf(response);
    expect(response.headers.get('content-length')).toBe(String(body.length));
    const size = archive.length;
    expect(partsOf(response, body)).toEqual([
      { range: `bytes 0-3/${size}`, type: 'application/zip', bytes: archive.subarray(0, 4) },
      { range: `bytes 10-12/${size}`, type: 'application/zip', bytes: archive.subarray(10, 13) },
      {
        range: `bytes ${size - 2}-${size - 1}/${size}`,
        type: 'application/zip',
        bytes: archive.subarray(-2),
      },
    ]);
  });

  test('return exactly the bytes that they cover', async () => {
    const range = fc.record({ start: fc.nat(400), length: fc.integer({ min: 1, max: 60 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 12 }), async (ranges) => {
        const header = ranges.map(({ start, length }) => `${start}-${start + length - 1}`).join(',');
        const response = await download({ Range: `bytes=${header}` });
        const body = await bytesOf(response);
        const covered = archive.map((_, at) =>
          ranges.some(({ start, length }) => at >= start && at < start + length) ? 1 : 0,
        );
        if (!covered.includes(1)) {
          expect(response.status).toBe(416);
          return;
        }
        const delivered = Buffer.alloc(archive.length);
        for (const { start, bytes } of response.headers.has('content-range')
          ? [{ start: startOf(response.headers.get('content-range')), bytes: body }]
          : partsOf(response, body).map((part) => ({ start: startOf(part.range), bytes: part.bytes }))) {
          expect(bytes).toEqual(archive.subarray(start, start + bytes.length));
          delivered.fill(1, start, start + bytes.length);
        }
        expect([...delivered]).toEqual([...covered]);
      }),
      { numRuns: 60 },
    );
  });

  test('that request more than the archive from its end get all of it', async () => {
    const response = await download({ Range: `bytes=-${archive.length + 1}` });
    expect([response.status, await bytesOf(response)]).toEqual([206, archive]);
    const none = await download({ Range: 'bytes=-0' });
    expect(none.status).toBe(416);
    // The error must not be saved as a part of the archive.
    expect(none.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(none.headers.get('content-range')).toBe(`bytes */${archive.length}`);
    expect(none.headers.get('cache-control')).toBe('no-store');
    for (const name of ['content-disposition', 'etag']) expect(none.headers.get(name)).toBeNull();
  });

  test('that are more than 16 after merging get the whole archive, and so do HEAD and an outdated If-Range', async () => {
    const scattered = (count: number) => ({
      Range: `bytes=${Array.from({ length: count }, (_, i) => `${i * 4}-${i * 4}`).join(',')}`,
    });
    const touching = { Range: `bytes=${Array.from({ length: 40 }, (_, i) => `${i}-${i}`).join(',')}` };
    expect(archive.length).toBeGreaterThan(17 * 4);
    expect((await download(scattered(16))).status).toBe(206);
    const many = await download(scattered(17));
    expect([many.status, await bytesOf(many)]).toEqual([200, archive]);
    const joined = await download(touching);
    expect([joined.status, await bytesOf(joined)]).toEqual([206, archive.subarray(0, 40)]);

    const etag = many.headers.get('etag') ?? '';
    const two = { Range: 'bytes=0-1,5-6' };
    expect((await download({ ...two, 'If-Range': etag })).status).toBe(206);
    expect((await download({ ...two, 'If-Range': '"other"' })).status).toBe(200);
    expect((await download({ ...two, 'If-None-Match': etag })).status).toBe(304);
    const dated = { ...two, 'If-Range': new Date().toUTCString() };
    expect((await download(dated)).status).toBe(200);
    expect((await download({ ...two, 'If-Range': `W/${etag}` })).status).toBe(200);
    const head = await download(two, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(archive.length)]);
  });

  test('are refused with 412 by an If-Match that does not hold, before everything else', async () => {
    const etag = (await download({}, 'HEAD')).headers.get('etag') ?? '';
    for (const holds of [etag, '*', `"a,b", ${etag}`, `W/"x",${etag}`]) {
      expect([holds, (await download({ 'If-Match': holds })).status]).toEqual([holds, 200]);
    }
    for (const differs of ['"other"', `W/${etag}`, etag.slice(1, -1), '']) {
      for (const more of [{}, { 'If-None-Match': etag }, { Range: 'bytes=0-1' }] as const) {
        const response = await download({ 'If-Match': differs, ...more });
        expect([differs, response.status]).toEqual([differs, 412]);
        const body = errorBody.parse(await response.json());
        expect(body).toMatchObject({ code: 'request.precondition', error: { code: 412 } });
        expect(body.message).toContain(etag);
        expect(response.headers.get('content-disposition')).toBeNull();
      }
      expect((await download({ 'If-Match': differs }, 'HEAD')).status).toBe(412);
    }
    const links = (await (await system.client.request(`/queries/${id}/resulturl`)).json()) as {
      urls: [{ uri: string }];
    };
    expect((await fetch(links.urls[0].uri, { headers: { 'If-Match': '"other"' } })).status).toBe(412);
    expect((await fetch(links.urls[0].uri, { headers: { 'If-Match': etag } })).status).toBe(200);
  });

  test('ignore dates, because an archive has no Last-Modified', async () => {
    const past = 'Thu, 01 Jan 1970 00:00:00 GMT';
    const later = 'Fri, 01 Jan 2100 00:00:00 GMT';
    expect((await download({ 'If-Unmodified-Since': past })).status).toBe(200);
    expect((await download({ 'If-Modified-Since': later })).status).toBe(200);
    expect((await download({ 'If-None-Match': '*' })).status).toBe(304);
    expect((await download({ 'If-None-Match': '"a", W/"b"' })).status).toBe(200);
  });

  test('of the files of /docs are ignored, and their preconditions get a 412', async () => {
    const file = (headers: Record<string, string>) => fetch(`${system.url}/docs/swagger-ui.css`, { headers });
    const whole = await file({});
    const modified = whole.headers.get('last-modified') ?? '';
    expect(whole.headers.get('etag')).toBeNull();
    expect((await file({ Range: 'bytes=999999999-' })).status).toBe(200);
    expect((await file({ 'If-Unmodified-Since': modified })).status).toBe(200);
    for (const [header, value] of [
      ['If-Match', '"other"'],
      ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ] as const) {
      const response = await file({ [header]: value });
      expect([header, response.status]).toEqual([header, 412]);
      expect(errorBody.parse(await response.json()).message).toContain(`${header}: ${value}`);
    }
  });

  test('and a link are the same 404 with the state while there is no result', async () => {
    const idle = await sharedSystem('api');
    try {
      const enqueued = await idle.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
      for (const path of ['result', 'resulturl']) {
        const response = await idle.client.request(`/queries/${enqueued}/${path}`, {
          headers: { Range: 'bytes=0-1' },
        });
        expect(response.status).toBe(404);
        expect(errorBody.parse(await response.json())).toMatchObject({
          code: 'query.no_result',
          message: expect.stringContaining('enqueued') as unknown,
        });
      }
    } finally {
      await idle.stop();
    }
  });
});

interface Part {
  readonly range: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Parses the subset of RFC 2046 that RFC 9110 needs. */
function partsOf(response: Response, body: Buffer): Part[] {
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(
    response.headers.get('content-type') ?? '',
  )?.[1];
  const pieces = body.toString('latin1').split(`\r\n--${boundary}`);
  expect([pieces[0], pieces.at(-1)]).toEqual(['', '--\r\n']);
  return pieces.slice(1, -1).map((piece) => {
    const end = piece.indexOf('\r\n\r\n');
    const header = (name: string) =>
      new RegExp(`^${name}: (.*)$`, 'm').exec(piece.slice(0, end))?.[1]?.trim() ?? '';
    return {
      range: header('Content-Range'),
      type: header('Content-Type'),
      bytes: Buffer.from(piece.slice(end + 4), 'latin1'),
    };
  });
}

function startOf(contentRange: string | null): number {
  return Number(/^bytes (\d+)-/.exec(contentRange ?? '')?.[1]);
}
