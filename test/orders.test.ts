import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createdAccessKey, orderError, orderList, type CreatedAccessKey } from '@hourglass/contract';
import { startSystem, testToken, type ContractClient, type RunningSystem } from '@hourglass/testing';
import {
  ordersPath,
  signedOrdersPath,
  urlQuery,
  wheres,
  type AccessKey,
  type Parameters,
} from './request-signer.ts';

/** As its contract shows it, in its order and spelling. */
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
    key = await newKey(system.client);
    await send('orders.products', [product]);
    await send('orders.orders', [
      order('ORD20210618001', '2021-06-18T11:44:03.575Z'),
      order('ORD20210619001', '2021-06-19T11:44:03.575Z'),
    ]);
    await send('orders.grants', [
      { id: 'g1', no: 'ORD20210618001', count: 1, granted_at: '2021-06-20T00:00:00Z' },
      { id: 'g2', no: 'ORD20210618001', count: 2, granted_at: '2021-06-20T00:00:00Z' },
      { id: 'g3', no: 'ORD20210619001', count: 3, granted_at: '2021-06-20T00:00:00Z' },
    ]);
  });
  afterAll(() => system.stop());

  async function newKey(client: ContractClient, body: object = {}): Promise<CreatedAccessKey> {
    const response = await client.request('/accessKeys', { method: 'POST', body: JSON.stringify(body) });
    return createdAccessKey.parse(await response.json());
  }

  const change = (id: string, body: object) =>
    system.client.request(`/accessKeys/${id}`, { method: 'PATCH', body: JSON.stringify(body) });

  async function send(set: string, records: readonly object[]): Promise<void> {
    const body = records.map((record) => JSON.stringify(record)).join('\n');
    const response = await system.client.request(`/facts/${set}`, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
  }

  const get = (pathAndQuery: string, init: RequestInit = {}) => fetch(`${system.url}${pathAndQuery}`, init);
  const list = (...parameters: Parameters) => get(signedOrdersPath(key, { parameters }));

  it("answers the contract's sample to the byte, apart from numbers of orders and times", async () => {
    const text = await (await list(['page', '1'], ['count', 'true'])).text();
    const masked = text
      .replaceAll(/ORD2021061[89]001/g, sampleItem.no)
      .replaceAll(/2021-06-1[89] 11:44:03\.575000/g, sampleItem.create_time);
    expect(masked).toBe(sampleAnswer);
  });
});
