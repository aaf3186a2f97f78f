import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, exchangeRateList } from '@hourglass/contract';
import { sharedSystem, type TestSystem, type TestTenant } from '@hourglass/testing';

describe('exchange rates over HTTP', () => {
  let system: TestSystem;
  let reader: TestTenant;
  beforeAll(async () => {
    system = await sharedSystem('api');
    reader = await system.createTenant({ environments: [], tokenScopes: ['read'] });
  });
  afterAll(() => system.stop());

  const ask = (
    init: RequestInit,
    { query = '', organization = system.organization, token = system.token } = {},
  ) =>
    fetch(`${system.url}/v1/organizations/${organization}/exchangeRates${query}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    });
  const put = (rates: unknown) => ask({ method: 'PUT', body: JSON.stringify(rates) });
  const list = async (query = '') => exchangeRateList.parse(await (await ask({}, { query })).json());
  const rate = { day: '2026-01-01', currency: 'USD', targetCurrency: 'EUR', rate: '0.8921' };
  async function faults(rates: unknown): Promise<string[]> {
    const response = await put(rates);
    expect(response.status).toBe(400);
    const { error } = errorBody.parse(await response.json());
    return error.details.flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  }

  test('are stored all or none, replaced, filtered, and listed up to the limit', async () => {
    const days = Array.from({ length: 1000 }, (_, n) => new Date(Date.UTC(2020, 0, 1 + n)));
    const many = days.map((day) => ({ ...rate, day: day.toISOString().slice(0, 10), rate: 0.5 }));
    expect(await (await put(many)).json()).toEqual({ stored: 1000 });
    expect(await (await put([rate, { ...rate, currency: 'JPY', rate: '0.0061000000' }])).json()).toEqual({
      stored: 2,
    });
    expect(await list('?limit=2')).toEqual({
      rates: [{ ...rate, currency: 'JPY', rate: '0.0061' }, rate],
      truncated: true,
    });
    expect(await list('?day=2026-01-01&currency=USD&targetCurrency=EUR')).toEqual({
      rates: [rate],
      truncated: false,
    });
    expect((await list('?limit=10000')).rates).toHaveLength(1002);
    expect(
      await faults([
        { ...rate, rate: '2' },
        { ...rate, currency: 'CHF', rate: 'x' },
      ]),
    ).toEqual(['[1].rate']);
    expect((await list('?day=2026-01-01&currency=USD')).rates).toEqual([rate]);
  });

  test('are refused with all fields at fault', async () => {
    expect(await faults({})).toEqual(['body']);
    expect(await faults([])).toEqual(['body']);
    expect(await faults(Array.from({ length: 1001 }, () => rate))).toContain('body');
    expect(await faults([rate, { ...rate, rate: '3' }])).toEqual(['[1]']);
    for (const day of ['2026-02-30', '2026-1-1', 20260101, null])
      expect(await faults([{ ...rate, day }])).toEqual(['[0].day']);
    for (const currency of ['usd', 'U', 'U'.repeat(17), "U'S", 1]) {
      expect(await faults([{ ...rate, currency }])).toEqual(['[0].currency']);
      expect(await faults([{ ...rate, targetCurrency: currency }])).toEqual(['[0].targetCurrency']);
    }
    for (const wrong of ['0', '-1', '10000', '0.00000000001', '1e-3', 0.000_000_1, 'NaN', '', null, {}])
      expect(await faults([{ ...rate, rate: wrong }])).toEqual(['[0].rate']);
    expect(await faults([{ ...rate, targetCurrency: 'USD' }])).toEqual(['[0].targetCurrency']);
    expect(await faults([{ ...rate, source: 'ECB' }])).toEqual(['[0].source']);
    for (const largest of ['9999.9999999999', '0.0000000001'])
      expect((await put([{ ...rate, day: '2019-01-01', rate: largest }])).status).toBe(200);
    for (const query of ['?day=yesterday', '?currency=usd', '?limit=0', '?limit=10001', '?targetCurrency='])
      expect((await ask({}, { query })).status).toBe(400);
  });

  test('need the scope read to list and admin to change, and belong to one organization', async () => {
    expect(await (await ask({}, reader)).json()).toEqual({ rates: [], truncated: false });
    const change = await ask({ method: 'PUT', body: JSON.stringify([rate]) }, reader);
    expect([change.status, errorBody.parse(await change.json()).code]).toEqual([403, 'auth.scope']);
    expect((await ask({}, { token: reader.token })).status).toBe(404);
  });
});
