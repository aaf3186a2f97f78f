import { createTestDatabase, type TestDatabase } from '@hourglass/testing';
import { Client } from 'pg';

/** Runs statements on a connection of their own. */
export async function withClient<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A test database from which the schema was taken away again. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await withClient(database.url, (client) =>
    client.query('drop schema public cascade; create schema public'),
  );
  return database;
}
