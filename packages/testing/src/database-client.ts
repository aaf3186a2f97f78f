import { Client } from 'pg';

/** One connection to the database beside the program's own: to look, to hold a lock, to let time pass. */
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
