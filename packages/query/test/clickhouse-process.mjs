// Runs statements in ClickHouse for `clickhouse-process.ts`. A process of its own, because the library of ClickHouse
// is part of the benchmark's dependencies and installs signal handlers.
import { createRequire } from 'node:module';

const bench = new URL('../../../bench/package.json', import.meta.url);
const { Session } = createRequire(bench)('chdb');
const session = new Session();

process.on('message', ({ sql, parameters }) => {
  try {
    process.send({ text: session.queryBind(sql, parameters, 'TSVRaw') });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
process.send({ text: '' });
