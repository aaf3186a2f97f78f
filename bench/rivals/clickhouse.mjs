import { Session } from 'chdb';
import { rivalSql } from './shapes.mjs';

const environmentId = 1;
const createTable = `
  create table facts (
    environment_id UInt32, timestamp DateTime64(3, 'UTC'), apiproxy LowCardinality(String), apiproxy_revision UInt16,
    developer LowCardinality(Nullable(String)), developer_app LowCardinality(Nullable(String)), client_ip String,
    request_path String, request_verb LowCardinality(String), response_status_code UInt16, gateway_flow_id String,
    useragent LowCardinality(String), request_size UInt32, response_size UInt32,
    target_response_time Nullable(UInt32), total_response_time UInt32)
  engine = MergeTree order by (environment_id, timestamp)`;

/** Runs ClickHouse in this process, with the same facts in one table sorted by environment and time. */
export async function startClickHouseRival({ directory, threads }) {
  const session = new Session(directory);
  session.query(`set max_threads = ${threads}`);
  session.query(createTable);
  return {
    name: 'ClickHouse',
    async load(files, onFile) {
      for (const [index, { path }] of files.entries()) {
        await session.queryAsync(
          `insert into facts select ${environmentId}, * from file('${path}', Parquet)`,
        );
        onFile(index + 1);
      }
      // Merges everything into one sorted part, so that merge progress does not affect the times.
      await session.queryAsync('optimize table facts final');
    },
    run(shape) {
      const text = rivalSql(shape, 'clickhouse', environmentId);
      return session.queryAsync(text, { format: 'JSONCompactEachRow' });
    },
    /** Writes the rows of the shape as lines of JSON to a file that does not exist. */
    async writeFile(shape, file) {
      const text = rivalSql(shape, 'clickhouse', environmentId);
      await session.queryAsync(`${text} into outfile '${file}' format JSONEachRow`);
    },
    async countLines(file) {
      const sql = `select count() from file('${file}', LineAsString)`;
      return Number((await session.queryAsync(sql, { format: 'TSV' })).text());
    },
    rowsOf(result) {
      const lines = result.text().split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
    },
    async bytes() {
      const sql = `select sum(bytes_on_disk) from system.parts where table = 'facts' and active`;
      return { table: Number((await session.queryAsync(sql, { format: 'TSV' })).text()) };
    },
    async describe() {
      const sql = `select version(), getSetting('max_threads')`;
      const [version, found] = (await session.queryAsync(sql, { format: 'TSV' })).text().trim().split('\t');
      return `ClickHouse ${version}, max_threads ${found}, MergeTree order by (environment_id, timestamp), optimized`;
    },
    stop: async () => session.close(),
  };
}
