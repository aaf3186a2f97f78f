import { createTestDatabase, type TestDatabase } from '@hourglass/testing';
import { Client } from 'pg';

/** Runs `work` with a separate connection. */
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

/** Creates a test database without the schema. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await withClient(database.url, (client) =>
    client.query('drop schema public cascade; create schema public'),
  );
  return database;
}
