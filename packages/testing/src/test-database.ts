import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { inject } from 'vitest';
import type { DatabaseOfTheRun } from './database-of-the-run.ts';

export interface TestDatabase {
  readonly url: string;
  /** Also ends the connections that are still open. */
  drop(): Promise<void>;
}

/** A database of the test's own with the whole schema and no rows. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const templateUrl = new URL(await askForTemplate());
  const template = templateUrl.pathname.slice(1);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withMaintenanceClient(templateUrl, (client) => copyTemplate(client, template, name));
  return {
    url: databaseUrl(templateUrl, name),
    drop: () =>
      withMaintenanceClient(templateUrl, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

/** Another copy waits until nothing is connected to the template: a copy in progress counts as a connection. */
async function copyTemplate(client: Client, template: string, name: string): Promise<void> {
  const objectInUse = '55006';
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    try {
      await client.query(`create database ${name} template ${template}`);
      return;
    } catch (error) {
      const busy = error instanceof DatabaseError && error.code === objectInUse;
      if (!busy || Date.now() > giveUpAt) throw error;
      await delay(20);
    }
  }
}

async function askForTemplate(): Promise<string> {
  const response = await fetch(inject('databaseOfTheRun'));
  if (!response.ok) throw new Error(`the database of the test run did not start: ${await response.text()}`);
  const { templateUrl } = (await response.json()) as DatabaseOfTheRun;
  return templateUrl;
}

async function withMaintenanceClient(
  templateUrl: URL,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ connectionString: databaseUrl(templateUrl, 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: URL, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
