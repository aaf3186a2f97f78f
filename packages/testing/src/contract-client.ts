import { gunzipSync } from 'node:zlib';
import { errorBody, queryStatus, type ErrorBody, type QueryStatus } from '@hourglass/contract';
import { fromBufferPromise } from 'yauzl';
import { eventually } from './eventually.ts';

export interface ContractClient {
  readonly environmentUrl: string;
  /** Sends a request below the environment's URL, with the credentials. */
  request(path: string, init?: RequestInit): Promise<Response>;
  sendFacts(facts: readonly object[]): Promise<void>;
  /** Submits a query, which runs even if an equal one has a result. Returns its id. */
  submit(query: object): Promise<string>;
  /** Submits a query that is expected to fail. Returns the error. */
  refusal(query: unknown): Promise<{ status: number; body: ErrorBody }>;
  status(id: string): Promise<QueryStatus>;
  /** Polls until the status meets the condition. Throws if the query ends before. */
  reaches(id: string, what: string, condition: (status: QueryStatus) => boolean): Promise<QueryStatus>;
  ended(id: string): Promise<QueryStatus>;
  archive(id: string): Promise<Buffer>;
  /** Submits, waits, downloads and unpacks. Returns the text of all parts. */
  report(query: object): Promise<string>;
}

/** A client that checks each response against the contract's schemas: an extra or missing property throws. */
export function contractClient(options: { environmentUrl: string; authorization: string }): ContractClient {
  const { environmentUrl } = options;
  const request = requester(options);
  const requests = requestsOf(request);
  const client: ContractClient = {
    environmentUrl,
    request,
    ...requests,
    reaches: (id, what, condition) =>
      eventually(
        `query ${id} ${what}`,
        async () => {
          const status = await requests.status(id);
          if (condition(status)) return status;
          if (hasEnded(status)) throw new Error(`query ${id} was ${status.state} before it ${what}`);
          return null;
        },
        { steady: true },
      ),
    ended: (id) =>
      eventually(`query ${id} ends`, async () => {
        const status = await requests.status(id);
        return hasEnded(status) ? status : null;
      }),
    async report(query) {
      const id = await client.submit(query);
      const status = await client.ended(id);
      if (status.state !== 'completed') throw new Error(`query ${id} ${status.state}: ${status.error ?? ''}`);
      const parts = await readArchive(await client.archive(id));
      return parts.map(({ text }) => text).join('');
    },
  };
  return client;
}

function requester({
  environmentUrl,
  authorization,
}: {
  environmentUrl: string;
  authorization: string;
}): ContractClient['request'] {
  return (path, init = {}) =>
    fetch(`${environmentUrl}${path}`, {
      ...init,
      headers: {
        Authorization: authorization,
        // fetch would announce a string as text/plain.
        ...(typeof init.body === 'string' ? { 'Content-Type': 'application/json' } : {}),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
}

/** The methods that send one request each. */
function requestsOf(
  request: ContractClient['request'],
): Pick<ContractClient, 'sendFacts' | 'submit' | 'refusal' | 'status' | 'archive'> {
  const post = (query: unknown) =>
    request('/queries', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: typeof query === 'string' ? query : JSON.stringify(query),
    });
  return {
    async sendFacts(facts) {
      const body = facts.map((fact) => JSON.stringify(fact)).join('\n');
      const response = await request('/facts/api', { method: 'POST', body });
      if (response.status !== 201) throw new Error(`facts were refused: ${await response.text()}`);
    },
    async submit(query) {
      const response = await post({ reuse: false, ...query });
      const text = await response.text();
      if (response.status !== 201) throw new Error(`the query was refused: ${response.status} ${text}`);
      const { self } = queryStatus.parse(JSON.parse(text));
      return self.slice(self.lastIndexOf('/') + 1);
    },
    async refusal(query) {
      const response = await post(query);
      return { status: response.status, body: errorBody.parse(await response.json()) };
    },
    async status(id) {
      const response = await request(`/queries/${id}`);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`the status was refused: ${response.status} ${text}`);
      return queryStatus.parse(JSON.parse(text));
    },
    async archive(id) {
      const response = await request(`/queries/${id}/result`);
      if (response.status !== 200)
        throw new Error(`the result was refused: ${response.status} ${await response.text()}`);
      return Buffer.from(await response.arrayBuffer());
    },
  };
}

function hasEnded({ state }: QueryStatus): boolean {
  return state !== 'enqueued' && state !== 'running';
}

export interface ArchivePart {
  readonly name: string;
  readonly text: string;
}

/** A member of an archive, as stored. */
export interface ArchiveMember {
  readonly name: string;
  readonly bytes: Buffer;
  /** Position of its local header in the archive. */
  readonly offset: number;
}

/** Reads all members of an archive in order; yauzl checks sizes and CRCs. */
export async function archiveMembers(archive: Buffer): Promise<ArchiveMember[]> {
  const zip = await fromBufferPromise(archive, { lazyEntries: true });
  const members: ArchiveMember[] = [];
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    members.push({
      name: entry.fileName,
      bytes: Buffer.concat(chunks),
      offset: entry.relativeOffsetOfLocalHeader,
    });
  }
  return members;
}

/** Reads and unpacks the parts of an archive in order. */
export async function readArchive(archive: Buffer): Promise<ArchivePart[]> {
  const members = await archiveMembers(archive);
  return members
    .filter(({ name }) => name !== 'manifest.json')
    .map(({ name, bytes }) => ({ name, text: gunzipSync(bytes).toString('utf8') }));
}
