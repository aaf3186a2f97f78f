// One node of a ClickHouse cluster, for tests and benchmarks: node clickhouse-node.mjs CONFIGURATION DATA
//
// The library of the npm package `chdb` contains clickhouse-local, whose main() is `chdb_query_cmdline`. It obeys
// `system start listen`, so that it is a server with users, grants and clusters. The call returns when the server ends.
// It has a thread of its own, and this one ends the process with its standard input. Calls by koffi instead of ffi-rs
// would run on another stack, which ClickHouse takes for an overflow.
import { createRequire } from 'node:module';
import { DataType, load, open } from 'ffi-rs';

const [configuration, data] = process.argv.slice(2);
const { libchdbPath } = createRequire(import.meta.url)('chdb/libchdb');

open({ library: 'chdb', path: libchdbPath() });
process.stdin.resume().on('end', () => process.kill(process.pid, 'SIGKILL'));

// The last statement never ends, and so keeps the server.
const statements = [
  'system start listen http',
  'system start listen tcp',
  `select sleepEachRow(1) from system.numbers
     settings function_sleep_max_microseconds_per_block = 0, max_block_size = 1, max_threads = 1, max_execution_time = 0
     format Null`,
];
const command = [
  'clickhouse-local',
  '--config-file',
  configuration,
  '--path',
  data,
  '--query',
  statements.join('; '),
];
const result = await load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [command.length, command],
  runInNewThread: true,
});
const fault = load({
  library: 'chdb',
  funcName: 'chdb_result_error',
  retType: DataType.String,
  paramsType: [DataType.External],
  paramsValue: [result],
});
console.error(`ClickHouse has ended: ${fault}`);
process.exit(1);
