import { Client } from 'pg';

/** A connection to the database beside the program's, for inspection, locks and moving times. */
export interface DatabaseClient {
  sql<Row extends object>(statement: string, parameters?: readonly unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

export async function connectDatabase(url: string): Promise<DatabaseClient> {
  const client = new Client(url);
  await client.connect();
  return {
    sql: async (statement, parameters = []) => (await client.query(statement, [...parameters])).rows,
    end: () => client.end(),
  };
}
