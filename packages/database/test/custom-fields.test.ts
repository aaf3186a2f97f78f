import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { acceptBatch } from '@hourglass/facts';
import {
  bindPlan,
  catalogue,
  factsTarget,
  planQuery,
  withCustomFields,
  type Dataset,
} from '@hourglass/query';
import type { DeclaredField, Declaration, DeclarationOutcome } from '@hourglass/reports';
import {
  temporaryFolder,
  type TemporaryFolder,
  unlimitedBatchSpace,
  testAudit as audit,
  testEvent,
} from '@hourglass/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

const api = catalogue.get('api') as Dataset;
const never = new AbortController().signal;

let db: DatabaseWithTenant;
let folder: TemporaryFolder;
beforeEach(async () => {
  [db, folder] = await Promise.all([databaseWithTenant(), temporaryFolder()]);
});
afterEach(async () => {
  await Promise.all([db.close(), folder.remove()]);
});

function declare(
  name: string,
  type: Declaration['type'] = 'STRING',
  maxFields = 100,
): Promise<DeclarationOutcome> {
  const { database, tenant } = db;
  return database.customFields.declare(
    tenant,
    { dataset: 'api', name, type, description: null },
    maxFields,
    audit,
  );
}

async function declared(name: string, type: Declaration['type']): Promise<DeclaredField> {
  const outcome = await declare(name, type);
  if (outcome.kind !== 'declared') throw new Error(outcome.kind);
  return outcome.field;
}

describe('the custom fields of an environment', () => {
  test('are listed by dataset and name, without those of other environments', async () => {
    const { database, tenant } = db;
    const other = await db.admin.createEnvironment({ organization: 'acme', name: 'test' });
    await declared('dc_b', 'FLOAT');
    const { customFields } = database;
    await customFields.declare(
      tenant,
      { dataset: 'api', name: 'dc_a', type: 'BOOLEAN', description: 'Words.' },
      100,
      audit,
    );
    const { fields, undeclaredFields } = await customFields.find(tenant, 'api');
    expect(undeclaredFields).toBe('refuse');
    expect(fields.map(({ name, type, description }) => [name, type, description])).toEqual([
      ['dc_a', 'BOOLEAN', 'Words.'],
      ['dc_b', 'FLOAT', null],
    ]);
    expect(await customFields.find(tenant)).toEqual({ fields, undeclaredFields });
    expect((await customFields.find(tenant, 'mint')).fields).toEqual([]);
    expect((await customFields.find(other)).fields).toEqual([]);
    expect(await customFields.delete(other, { dataset: 'api', name: 'dc_a' }, testEvent)).toBe(false);
  });

  test('have case-insensitive names, also when declared concurrently', async () => {
    const outcomes = await Promise.all(['dc_x', 'DC_X', 'dc_x', 'Dc_x'].map((name) => declare(name)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['declared', 'exists', 'exists', 'exists']);
  });

  test('never exceed the limit, also when declared concurrently', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) => declare(`dc_${index}`, 'STRING', 5)),
    );
    expect(outcomes.filter(({ kind }) => kind === 'declared')).toHaveLength(5);
    expect(outcomes.filter(({ kind }) => kind === 'full')).toHaveLength(7);
    const [row] = await db.sql<{ count: string }>('select count(*) from custom_fields');
    expect(row?.count).toBe('5');
  });

  test('can be declared again after deletion, with a new id', async () => {
    const first = await declared('dc_x', 'STRING');
    const { customFields } = db.database;
    expect(await customFields.delete(db.tenant, { dataset: 'api', name: 'dc_x' }, testEvent)).toBe(true);
    expect(await customFields.delete(db.tenant, { dataset: 'api', name: 'dc_x' }, testEvent)).toBe(false);
    expect((await declared('dc_x', 'INTEGER')).id).toBeGreaterThan(first.id);
  });

  test('can be refused or ignored when undeclared', async () => {
    await db.database.customFields.changeUndeclared(db.tenant, 'ignore', testEvent);
    expect((await db.database.customFields.find(db.tenant)).undeclaredFields).toBe('ignore');
  });
});

describe('a snapshot', () => {
  async function store(fields: readonly DeclaredField[], facts: readonly object[]): Promise<void> {
    const body = facts.map((fact) => JSON.stringify({ timestamp: '2026-06-01T00:00:00Z', ...fact }));
    const outcome = await acceptBatch(chunksOf(body.join('\n')), {
      identity: {
        environmentId: db.tenant.environmentId,
        target: factsTarget(withCustomFields(api, fields)),
        id: randomUUID(),
      },
      store: db.database.facts(audit),
      ...unlimitedBatchSpace(folder.path),
      onError: 'refuse',
      times: { earliestMs: 0, latestMs: Date.UTC(2026, 6, 1) },
      signal: never,
    });
    expect(outcome).toMatchObject({ kind: 'accepted', accepted: facts.length });
  }

  async function copied(fields: readonly DeclaredField[], dimensions: string[], metrics: string[]) {
    const planned = planQuery(
      {
        metrics: metrics.map((name) => ({ name })),
        dimensions,
        timeRange: { start: '2026-01-01T00:00:00Z', end: '2026-12-31T00:00:00Z' },
      },
      { catalogue, dataset: 'api', tenant: db.tenant, customFields: fields, nowMs: 0 },
    );
    if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
    const files = await db.database.factSource.snapshot(bindPlan(planned.plan, catalogue), {
      directory: folder.path,
      signal: never,
      timeoutMs: 60_000,
    });
    const [, ...lines] = (await readFile(files.hotFactsPath, 'utf8')).trimEnd().split('\n');
    return lines.map((line) => line.split(',').slice(2).join(',')).sort();
  }

  test('has values of every type in the format of the engine, and none where a fact has none', async () => {
    const fields = [
      await declared('dc_plan', 'STRING'),
      await declared('dc_ok', 'BOOLEAN'),
      await declared('dc_due', 'DATETIME'),
      await declared('dc_total', 'INTEGER'),
      await declared('dcRatio', 'FLOAT'),
    ];
    await store(fields, [
      {
        dc_plan: 'say "hi", \\N\t☃',
        dc_ok: true,
        dc_due: '2026-02-03T04:05:06.789+01:00',
        dc_total: -9_007_199_254_740_991,
        dcRatio: 2.5e-7,
      },
      { dc_plan: '', dc_ok: false, dcRatio: 1e21 },
      {},
    ]);
    expect(await copied(fields, ['dc_plan', 'dc_ok', 'dc_due'], ['dc_total', 'dcRatio'])).toEqual([
      '"",false,,,1000000000000000000000',
      '"say ""hi"", \\N\t☃",true,2026-02-03T03:05:06.789Z,-9007199254740991,0.00000025',
      ',,,,',
    ]);
  });

  test('has no value of a deleted field for a new field with the same name', async () => {
    const text = await declared('dc_x', 'STRING');
    await store([text], [{ dc_x: 'no number' }]);
    await db.database.customFields.delete(db.tenant, { dataset: 'api', name: 'dc_x' }, testEvent);
    const number = await declared('dc_x', 'INTEGER');
    await store([number], [{ dc_x: 7 }]);
    expect(await copied([number], [], ['dc_x'])).toEqual(['', '7']);
    // An earlier plan still reads the old values.
    expect(await copied([text], ['dc_x'], [])).toEqual(['', 'no number']);
  });
});

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
