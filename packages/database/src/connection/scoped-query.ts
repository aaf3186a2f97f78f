import {
  Query,
  type Connection,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import { arrayText, type Settings } from './scope.ts';

/** Returns no row, because `set_config` never returns null. */
const applySettings = {
  name: 'apply-settings',
  text: 'select from unnest($1::text[], $2::text[]) as setting (name, value) where set_config(name, value, true) is null',
  types: [],
};

/** Connections that have prepared `applySettings`. If that failed, the connection is closed. */
export type PreparedConnections = Pick<WeakSet<Connection>, 'add' | 'has'>;

export interface SettingsOfQuery {
  readonly settings: Settings;
  readonly prepared: PreparedConnections;
}

/**
 * Runs the statement in a transaction with these settings. It is the implicit one of the extended
 * query protocol: all messages up to a `Sync` are one transaction, so that settings and statement
 * take one write and one round trip. After an error the server skips to the `Sync`: if a setting
 * fails, the statement does not run. After any error the connection must be closed.
 */
export function queryWithSettings<Row extends QueryResultRow>(
  client: PoolClient,
  { settings, prepared }: SettingsOfQuery,
  statement: string | QueryConfig,
  values: unknown[] | undefined,
): Promise<QueryResult<Row>> {
  return new Promise((resolve, reject) => {
    const query = new Query(statement, values, (error: Error | null | undefined, results: unknown) => {
      // The first result is that of the settings.
      const [, result] = (results ?? []) as readonly QueryResult<Row>[];
      if (result === undefined) reject(error ?? new Error('the statement returned no result'));
      else resolve(result);
    });
    // The simple query protocol accepts several statements, of which one could leave the scope.
    Object.assign(query, { queryMode: 'extended' });
    const submit = query.submit.bind(query);
    query.submit = (connection) => {
      connection.stream.cork();
      try {
        sendSettings(connection, settings, prepared);
        // May return an error.
        return submit(connection);
      } finally {
        connection.stream.uncork();
      }
    };
    client.query(query);
  });
}

function sendSettings(connection: Connection, settings: Settings, prepared: PreparedConnections): void {
  const { name } = applySettings;
  if (!prepared.has(connection)) connection.parse(applySettings, true);
  prepared.add(connection);
  const values = [arrayText(Object.keys(settings)), arrayText(Object.values(settings))];
  connection.bind({ statement: name, values }, true);
  connection.execute({}, true);
}
