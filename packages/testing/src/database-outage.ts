import { Client } from 'pg';

/**
 * Makes one database refuse connections, as a server that shuts down does, and ends the open ones. The
 * other databases of the test run are not affected.
 */
export async function startDatabaseOutage(databaseUrl: string): Promise<{ end(): Promise<void> }> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const identifier = client.escapeIdentifier(name);
  await client.query(`alter database ${identifier} with allow_connections false`);
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  return {
    async end() {
      await client.query(`alter database ${identifier} with allow_connections true`);
      await client.end();
    },
  };
}
