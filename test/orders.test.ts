import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createdAccessKey, orderError, orderList, type CreatedAccessKey } from '@hourglass/contract';
import {
  leastProcessorMs,
  ordersPath,
  signRequest,
  startSystem,
  tamperings,
  testPassword,
  testToken,
  targetOf,
  type Parameters,
  type RunningSystem,
  type SignedRequest,
  type ToSign,
} from '@hourglass/testing';

/** In the order and spelling of the contract. */
const sampleItem = {
  no: 'ORD20210618001',
  count: 5,
  return_count: 0,
  grant_count: 3,
  remain_count: 2,
  total_price: 50000,
  product_id: 1,
  product_name: '人脸识别算法包',
  product_brief: '高精度人脸识别算法',
  product_price: 10000,
  product_remark: '支持多角度人脸识别',
  product_image_url: 'https://example.com/image.jpg',
  product_firmware_version: '1.0.0',
  product_period_time: 30,
  product_period_unit: 1,
  product_series_name: 'IPC系列',
  buy_user_id: 1001,
  buy_accesskey_id: '8d9EsDAD2115Q5PM8tuP6g1IdAglkayp',
  remark: '',
  create_time: '2021-06-18 11:44:03.575794',
  update_time: '2021-06-18 11:44:03.575794',
};
const sampleAnswer = JSON.stringify({ page: 1, total: 2, items: [sampleItem, sampleItem], size: 10000 });

const product = {
  id: 1,
  name: sampleItem.product_name,
  brief: sampleItem.product_brief,
  price: sampleItem.product_price,
  remark: sampleItem.product_remark,
  image_url: sampleItem.product_image_url,
  firmware_version: sampleItem.product_firmware_version,
  period_time: sampleItem.product_period_time,
  period_unit: sampleItem.product_period_unit,
  series_name: sampleItem.product_series_name,
};
const order = (no: string, time: string) => ({
  no,
  product_id: 1,
  count: 5,
  total_price: 50000,
  buy_user_id: 1001,
  buy_accesskey_id: sampleItem.buy_accesskey_id,
  create_time: time,
  update_time: time,
});

describe('GET /openapi/v1/alg/orders', () => {
  let system: RunningSystem;
  let key: CreatedAccessKey;
  beforeAll(async () => {
    system = await startSystem({
      worker: false,
      env: { HOURGLASS_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), HOURGLASS_LOG_LEVEL: 'trace' },
    });
    key = await newKey('prod');
    await bring('orders.products', [product]);
    await bring('orders.orders', [
      order('ORD20210618001', '2021-06-18T11:44:03.575Z'),
      order('ORD20210619001', '2021-06-19T11:44:03.575Z'),
    ]);
    await bring('orders.grants', [
      { id: 'g1', no: 'ORD20210618001', count: 1, granted_at: '2021-06-20T00:00:00Z' },
      { id: 'g2', no: 'ORD20210618001', count: 2, granted_at: '2021-06-20T00:00:00Z' },
      { id: 'g3', no: 'ORD20210619001', count: 3, granted_at: '2021-06-20T00:00:00Z' },
    ]);
  });
  afterAll(() => system.stop());

  async function newKey(environment: string): Promise<CreatedAccessKey> {
    const client = system.clientOf('acme', environment);
    const response = await client.request('/accessKeys', { method: 'POST', body: '{}' });
    return createdAccessKey.parse(await response.json());
  }

  async function bring(set: string, records: readonly object[]): Promise<void> {
    const body = records.map((record) => JSON.stringify(record)).join('\n');
    const response = await system.client.request(`/facts/${set}`, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
  }

  const fetchSigned = (signed: SignedRequest) =>
    fetch(`${system.url}${targetOf(signed)}`, { method: signed.method });
  const send = (toSign: ToSign, by = key) => fetchSigned(signRequest(by, toSign));
  const list = (...parameters: Parameters) => send({ parameters });
  const wheres = (...conditions: readonly unknown[]): Parameters[number] => [
    'wheres',
    Buffer.from(JSON.stringify(conditions)).toString('base64'),
  ];
  const numbers = async (response: Response) => {
    const body = orderList.parse(await response.json());
    return { total: body.total, numbers: body.items.map(({ no }) => no) };
  };
  const refusal = async (response: Response) =>
    [response.status, orderError.parse(await response.json())] as const;

  test("returns the contract's sample to the byte, except order numbers and times", async () => {
    const answer = await (await list(['page', '1'], ['count', 'true'])).text();
    const masked = answer
      .replaceAll(/ORD2021061[89]001/g, sampleItem.no)
      .replaceAll(/2021-06-1[89] 11:44:03\.575000/g, sampleItem.create_time);
    expect(masked).toBe(sampleAnswer);
  });

  test('sorts by time, newest first, and returns the total of all pages', async () => {
    const both = ['ORD20210619001', 'ORD20210618001'];
    expect(await numbers(await list())).toEqual({ total: 2, numbers: both });
    expect(await numbers(await list(['size', '1']))).toEqual({ total: 2, numbers: both.slice(0, 1) });
    expect(await numbers(await list(['size', '1'], ['page', '2']))).toEqual({
      total: 2,
      numbers: both.slice(1),
    });
    expect(await numbers(await list(['page', '1000000000']))).toEqual({ total: 2, numbers: [] });
    expect(await numbers(await list(['count', 'valid'], ['size', '10000']))).toEqual({
      total: 2,
      numbers: both,
    });
  });

  test('lists orders that meet all conditions, also one with 1,000 values', async () => {
    const many = Array.from(
      { length: 1_000 },
      (_, index) => `ORD2021061${index % 10}${String(index).padStart(3, '0')}`,
    );
    const conditions = wheres(
      { k: 'no', o: 'in', v: many },
      { k: 'product_name', o: 'like', v: '人脸%' },
      { k: 'count', o: 'lte', v: 5 },
    );
    // A URL above 16 KiB must be in the first request of its connection; `fetch` reuses others.
    const answer = await exchange(system.url, targetOf(signRequest(key, { parameters: [conditions] })));
    expect(await numbers(new Response(answer.slice(answer.indexOf('\r\n\r\n'))))).toEqual({
      total: many.filter((no) => no === 'ORD20210618001' || no === 'ORD20210619001').length,
      numbers: many.filter((no) => no === 'ORD20210618001' || no === 'ORD20210619001'),
    });
    const later = await list(wheres({ k: 'create_time', o: 'gt', v: '2021-06-19' }));
    expect(await numbers(later)).toEqual({ total: 1, numbers: ['ORD20210619001'] });
  });

  test("returns only the orders of the key's environment", async () => {
    expect(await numbers(await send({}, await newKey('test')))).toEqual({ total: 0, numbers: [] });
  });

  const refused = {
    code: 'signature.refused',
    message: expect.stringContaining('The request is not signed') as unknown,
  };

  test('accepts exactly the unchanged ones of 300 random signed requests', async () => {
    const signedRequest = fc.record({
      parameters: fc.record({ size: fc.integer({ min: 1, max: 9 }), page: fc.integer({ min: 1, max: 3 }) }),
      asSent: fc.boolean(),
      tampering: fc.option(fc.constantFrom(...Object.keys(tamperings)), { freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(signedRequest, async ({ parameters: { size, page }, asSent, tampering }) => {
        const parameters: Parameters = [
          ['size', String(size)],
          ['page', String(page)],
        ];
        const signed = signRequest(key, { parameters, asSent });
        const response = await fetchSigned(tamperings[tampering ?? '']?.(signed) ?? signed);
        if (tampering === null) expect(response.status).toBe(200);
        else expect(await refusal(response)).toEqual([401, refused]);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, ToSign]>([
    ['a past end', { expires: 1_619_022_787 }],
    ['an end in two days', { expires: Math.floor(Date.now() / 1000) + 172_800 }],
    ['a signature for another method', { method: 'POST' }],
  ])('refuses %s with the same error as an unsigned request', async (_, toSign) => {
    const signed = { ...signRequest(key, toSign), method: 'GET' };
    const response = await fetchSigned(signed);
    expect(response.headers.get('www-authenticate')).toBe('Signature realm="hourglass"');
    expect(await refusal(response)).toEqual([401, refused]);
  });

  test('responds to another method, if signed, with a 405 that lists the supported ones', async () => {
    const response = await send({ method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await refusal(response)).toEqual([
      405,
      { code: 'request.method', message: expect.any(String) as unknown },
    ]);
    expect((await send({ method: 'HEAD' })).status).toBe(200);
  });

  test('accepts only the body that is signed with the request', async () => {
    const body = { contentType: 'text/plain', text: 'something' };
    const statusOf = async (signed: SignedRequest, sent: string, contentType: string) => {
      const asked = request(`${system.url}${targetOf(signed)}`, {
        headers: { 'Content-Type': contentType, 'Content-Length': sent.length },
      });
      asked.end(sent);
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      await text(response);
      return response.statusCode;
    };
    const signed = signRequest(key, { body });
    expect(await statusOf(signed, body.text, body.contentType)).toBe(200);
    expect(await statusOf(signed, 'anything else', body.contentType)).toBe(401);
    expect(await statusOf(signed, body.text, 'text/html')).toBe(401);
    expect(await statusOf(signed, '', body.contentType)).toBe(401);
    expect(await statusOf(signRequest(key), body.text, body.contentType)).toBe(401);
    expect(await statusOf(signed, 'x'.repeat(65_537), body.contentType)).toBe(413);
  });

  const base64 = (json: string) => Buffer.from(json).toString('base64');
  test.each<[string, Parameters, RegExp]>([
    [
      'size=0',
      [['size', '0']],
      /^The request has 1 fault: size: expected a whole number from 1 to 10000, found "0"/,
    ],
    ['size=10001', [['size', '10001']], /size: expected a whole number from 1 to 10000, found "10001"/],
    ['size=ten', [['size', 'ten']], /size: .* found "ten"/],
    ['size=', [['size', '']], /size: .* found ""/],
    ['page=0', [['page', '0']], /page: expected a whole number from 1 to 1000000000, found "0"/],
    ['page=-1', [['page', '-1']], /page: .* found "-1"/],
    ['a page too far', [['page', '1000000001']], /page: .* found "1000000001"/],
    ['count=false', [['count', 'false']], /count: expected all, valid, true, found "false"/],
    [
      'two faults',
      [
        ['count', 'x'],
        ['size', 'y'],
      ],
      /2 faults: size: .*; count: /,
    ],
    [
      'an unknown parameter',
      [['offset', '1']],
      /Unknown query parameter "offset"; expected size, page, count, wheres/,
    ],
    ['wheres that is no base64', [['wheres', '???']], /wheres: it is not base64/],
    ['wheres that is no JSON', [['wheres', base64('{[')]], /wheres: it is not base64 of JSON/],
    ['wheres that is no array', [['wheres', base64('{}')]], /wheres: it is JSON but not an array/],
    [
      'an unknown key',
      [['wheres', base64('[{"k":"id","o":"eq","v":1}]')]],
      /wheres\[0\]\.k: "id" is unknown/,
    ],
    ['a NUL', [['wheres', base64(String.raw`[{"k":"no","o":"eq","v":"\u0000"}]`)]], /wheres\[0\]\.v: .*NUL/],
    [
      'more values than the bound',
      [
        [
          'wheres',
          base64(JSON.stringify([{ k: 'count', o: 'in', v: Array.from({ length: 5_001 }, () => 1) }])),
        ],
      ],
      /wheres\[0\]\.v: found 5001 values; expected an array of 1 to 5000 values/,
    ],
  ])('responds to %s with a 400 that says what is expected', async (_, parameters, message) => {
    const [status, { message: found }] = await refusal(await list(...parameters));
    expect([status, found]).toEqual([400, expect.stringMatching(message)]);
  });

  test('responds to a megabyte of conditions with a 400, within 50 ms of processor time more than to one', async () => {
    const conditions = base64(`["${'x'.repeat(1_000_000)}"]`);
    const signed = signRequest(key, { parameters: [['wheres', conditions]] });
    const target = targetOf(signed);
    const ask = async () => {
      const answer = await exchange(system.url, target);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(orderError.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))))).toEqual({
        code: 'request.invalid',
        message: expect.stringMatching(/query: it has 1\d{6} characters; expected at most 524288/) as unknown,
        faults: [{ field: 'query', message: expect.any(String) as string }],
      });
    };
    const tiny = targetOf(signRequest(key, { parameters: [['wheres', base64('["x"]')]] }));
    const tinyMs = await leastProcessorMs(system.url, () => exchange(system.url, tiny), { untilMs: 0 });
    const maxMs = tinyMs + 50;
    expect(await leastProcessorMs(system.url, ask, { untilMs: maxMs })).toBeLessThanOrEqual(maxMs);
  });

  test('responds to a URL that exceeds the limit of headers with the limit', async () => {
    const answer = await exchange(system.url, `${ordersPath}?wheres=${'x'.repeat(3_000_000)}`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*2097152 bytes/s);
  });

  test('does not log signatures, secrets or tokens', async () => {
    const signed = signRequest(key, { parameters: [['size', '0']] });
    const signature = signed.parameters.at(-1)?.[1] ?? '';
    await fetchSigned(signed);
    await fetchSigned({ ...signed, path: `${ordersPath}/nowhere` }).catch(() => undefined);
    const log = system.api.output();
    expect(log).toContain(ordersPath);
    for (const secret of [signature, encodeURIComponent(signature), key.secret, testToken, testPassword]) {
      expect(log).not.toContain(secret);
    }
  });

  test('prints counts beyond 2^53 with every digit', async () => {
    const largest = Number.MAX_SAFE_INTEGER;
    await bring('orders.orders', [order('ORD20210620001', '2021-06-20T11:44:03.575Z')]);
    const no = 'ORD20210620001';
    const grant = { no, count: largest, granted_at: '2021-06-20T00:00:00Z' };
    await bring('orders.grants', [
      { ...grant, id: 'g4' },
      { ...grant, id: 'g5' },
      { ...grant, id: 'g6' },
    ]);
    const response = await list(wheres({ k: 'no', o: 'eq', v: no }));
    const granted = BigInt(largest) * 3n;
    expect(await response.text()).toContain(`"grant_count":${granted},"remain_count":${5n - granted},`);
  });
});

/** Sends the request over a socket: HTTP clients need longer for a long URL than the API. */
async function exchange(url: string, target: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${target} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n`);
  return text(socket);
}
