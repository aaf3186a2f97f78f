import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connectDatabase, type TestSystem } from '@hourglass/testing';

interface Answer {
  readonly status: number;
  readonly text: string;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Calls `/dashboard` and `/charts` of a system whose tokens are bound to the environment `prod`. */
export interface InstrumentsClient {
  /** Ingests records: all of them, or throws. */
  store(name: string, records: readonly object[]): Promise<void>;
  get(path: string, query: string, authorization?: string): Promise<Answer>;
  /** Sends a GET with a body, which fetch cannot. */
  getWithBody(target: string, body: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export async function instrumentsClient(system: TestSystem): Promise<InstrumentsClient> {
  await bindTokens(system);
  const credentials = { Authorization: `Bearer ${system.token}` };
  return {
    async store(name, records) {
      const body = records.map((record) => JSON.stringify(record)).join('\n');
      const response = await system.client.request(`/facts/instruments.${name}`, { method: 'POST', body });
      if (response.status !== 201) throw new Error(`records refused: ${await response.text()}`);
    },
    async get(path, query, authorization = credentials.Authorization) {
      const headers = { Authorization: authorization };
      const response = await fetch(`${system.url}${path}?${query}`, { headers });
      return { status: response.status, text: await response.text() };
    },
    async getWithBody(target, body, headers = {}) {
      const length = { 'Content-Length': Buffer.byteLength(body) };
      const sent = request(`${system.url}${target}`, { headers: { ...credentials, ...length, ...headers } });
      sent.end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
    },
  };
}

/** Builds a query string with repeated keys. */
export function queryOf(fields: Fields): string {
  return keyed(fields, (name) => name);
}

/** Builds a query string in which `keyOf` names each item of a list. */
export function keyed(fields: Fields, keyOf: (name: string, index: number) => string): string {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      typeof value === 'string'
        ? [[name, value] as [string, string]]
        : value.map((text, index): [string, string] => [keyOf(name, index), text]),
    ),
  ).toString();
}

async function bindTokens({ databaseUrl, organization }: TestSystem): Promise<void> {
  const database = await connectDatabase(databaseUrl);
  try {
    await database.sql(
      `update tokens set environment_id = environments.id
         from users
         join environments using (organization_id)
         join organizations on organizations.id = organization_id
        where users.id = tokens.user_id and environments.name = 'prod' and organizations.name = $1`,
      [organization],
    );
  } finally {
    await database.end();
  }
}
