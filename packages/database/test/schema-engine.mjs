#!/usr/bin/env node
// Replaces Prisma's schema engine, so that its command line runs in tests on machines that cannot
// download the engine: the same JSON-RPC on standard input and output, in front of the same engine
// compiled to WebAssembly.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Client, Pool } from 'pg';

const { values: options, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    datasource: { type: 'string' },
    datamodels: { type: 'string', multiple: true },
    datamodel: { type: 'string', short: 'd', multiple: true },
  },
});
const { url } = JSON.parse(options.datasource ?? '{}');

/** The command line runs this before it starts the engine. */
async function runCommand(command) {
  if (command !== 'can-connect-to-database') throw new Error(`unknown command ${command}`);
  const client = new Client(url);
  try {
    await client.connect();
    report('INFO', 'Connection successful');
  } catch (error) {
    report('ERROR', error.message, { is_panic: false, error_code: 'P1001', meta: {} });
    process.exitCode = 1;
  } finally {
    await client.end();
  }
}

function report(level, message, fields = {}) {
  const entry = { level, fields: { message, ...fields }, target: 'schema_engine::logger' };
  process.stderr.write(`${JSON.stringify({ ...entry, timestamp: new Date().toISOString() })}\n`);
}

async function serve() {
  // The engine stores the text of a panic here before it traps.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => report('ERROR', message) };
  const engine = await startEngine();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const { id, method, params } = JSON.parse(line);
    // Without a method, it acknowledges printed output.
    if (method !== undefined) send({ id, ...(await respond(engine, method, params)) });
  }
  // Connections of the adapter's pool would keep the process alive.
  process.exit(0);
}

async function respond(engine, method, params) {
  try {
    const result =
      method === 'getDatabaseVersion' ? await engine.version(params) : await engine[method](params);
    // The native engine prints a diff through the same channel.
    if (method === 'diff' && result?.stdout)
      send({ id: -1, method: 'print', params: { content: result.stdout } });
    return { result: result ?? null };
  } catch (error) {
    const { message, error_code = error.code ?? '', meta = {} } = error;
    return {
      error: {
        code: 4466,
        message: 'An error happened.',
        data: { is_panic: false, message, error_code, meta },
      },
    };
  }
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

async function startEngine() {
  const wasm = createRequire(import.meta.url)
    .resolve('@prisma/schema-engine-wasm/schema_engine_bg')
    .replace(/\.js$/, '.wasm');
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const files = [...(options.datamodels ?? []), ...(options.datamodel ?? [])];
  const datamodels = files.map((file) => [file, readFileSync(file, 'utf8')]);
  return glue.SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(
      new CatalogAdapterFactory(new CatalogPool({ connectionString: url })),
    ),
  );
}

/**
 * The driver adapter does not support the type "char" of one-letter codes in PostgreSQL's catalog,
 * but it supports arrays of it, which the catalog's queries never return. So the pool reports a
 * "char" as an array, and the result is corrected before it reaches the engine.
 */
class CatalogPool extends Pool {
  async query(...args) {
    const result = await super.query(...args);
    const charOid = 18;
    const charArrayOid = 1002;
    for (const field of result.fields) {
      if (field.dataTypeID === charOid) field.dataTypeID = charArrayOid;
    }
    return result;
  }
}

class CatalogAdapterFactory extends PrismaPg {
  async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const { CharacterArray, Character } = ColumnTypeEnum;
      const columnTypes = result.columnTypes.map((type) => (type === CharacterArray ? Character : type));
      return { ...result, columnTypes };
    };
    return adapter;
  }
}

if (positionals[0] === 'cli') await runCommand(positionals[1]);
else await serve();
