import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { cases, good } from './query-field-cases.ts';
import { fieldsOf, withValue, wrongTypes, type Schema } from './query-fields.ts';

const baseOf = (path: string): object => cases[path]?.base ?? good;

describe('the body of a submission', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
    const body = JSON.stringify({ activeQueries: 1000 });
    expect((await system.client.request('/limits', { method: 'PATCH', body })).status).toBe(200);
  });
  afterAll(() => system.stop());

  function documentedFields() {
    const document = system.document as unknown as {
      paths: Record<string, { post?: { requestBody: { content: Record<string, { schema: Schema }> } } }>;
      components: { schemas: Record<string, Schema> };
    };
    const path = '/v1/organizations/{organization}/environments/{environment}/queries';
    const schema = document.paths[path]?.post?.requestBody.content['application/json']?.schema ?? {};
    return fieldsOf(
      schema,
      (reference) => document.components.schemas[reference.split('/').at(-1) ?? ''] ?? {},
    );
  }

  async function expectRefused(body: unknown, field: string, expected: RegExp): Promise<void> {
    const { status, body: answer } = await system.client.refusal(body);
    const violations = answer.error.details.flatMap(({ fieldViolations }) => fieldViolations);
    const told = violations.find((violation) => violation.field === field)?.description;
    expect([status, told], JSON.stringify(violations).slice(0, 1_000)).toEqual([
      400,
      expect.stringMatching(expected),
    ]);
    // Each fault is in `faults` and in `error.details`.
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  }

  test('has boundary tests for every field of the document, and a valid example with all fields', async () => {
    const paths = documentedFields().map((field) => field.path);
    expect(paths.toSorted()).toEqual(Object.keys(cases).toSorted());
    for (const path of paths) {
      const base = baseOf(path);
      await system.client.submit(base);
      expect(withValue(base, path, undefined), path).not.toEqual(base);
    }
  });

  test('may not have a value of another type in any field: 400 with the field, the found and the expected value', async () => {
    for (const field of documentedFields()) {
      for (const [type, value] of wrongTypes(field)) {
        const found = { null: 'null', array: 'an array', object: 'an object', string: '"text"' }[type];
        await expectRefused(
          withValue(baseOf(field.path), field.path, value),
          field.path,
          new RegExp(`^expected .*, found ${found ?? String(value)}$`),
        );
      }
    }
  });

  test.each(Object.entries(cases))(
    '%s: accepted at its boundaries, refused one past them',
    async (path, bounds) => {
      const base = baseOf(path);
      for (const value of bounds.within) await system.client.submit(withValue(base, path, value));
      for (const [value, expected, field = path] of bounds.beyond) {
        await expectRefused(withValue(base, path, value), field, expected);
      }
    },
  );

  test('accepts an end in the future', async () => {
    const end = new Date(Date.now() + 30 * 86_400_000).toISOString();
    await system.client.submit({ ...good, timeRange: { start: new Date().toISOString(), end } });
  });

  test('may multiply by at most 9 digits before the decimal point, and not divide by zero', async () => {
    const calculation = (operator: string, value: string) => ({
      ...good,
      metrics: [{ name: 'message_count', operator, value }],
    });
    const value = 'metrics[0].value';
    await system.client.submit(calculation('*', '9'.repeat(9)));
    await expectRefused(calculation('*', '9'.repeat(10)), value, /is too large for "\*"/);
    for (const operator of ['/', '%']) {
      for (const zero of ['0', '-0', '0.0', '000.000000']) {
        await expectRefused(calculation(operator, zero), value, /is zero/);
      }
      await system.client.submit(calculation(operator, '0.000001'));
    }
  });

  test('may omit every field but the time range, if it has a metric or dimension', async () => {
    const { timeRange, ...rest } = good;
    await expectRefused(rest, 'timeRange', /is required; expected "last60minutes"/);
    await expectRefused({ timeRange }, 'metrics', /dimension/);
    await system.client.submit({ timeRange, dimensions: ['apiproxy'] });
    await system.client.submit({ timeRange, metrics: [{ name: 'tps' }] });
  });

  test('may have no field that is not in the contract, in any spelling', async () => {
    for (const name of ['Metrics', 'dimension', 'constructor', '__proto__', '', 'x'.repeat(100_000)]) {
      const body = JSON.stringify(good).replace('{', `{${JSON.stringify(name)}:1,`);
      const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name || 'body';
      await expectRefused(body, shown, /unknown property/);
    }
  });
});
