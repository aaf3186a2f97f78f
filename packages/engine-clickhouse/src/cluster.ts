import { createClient, type ClickHouseClient } from '@clickhouse/client';

export interface ClusterOptions {
  /** HTTP addresses of the nodes, without credentials. */
  readonly urls: readonly string[];
  readonly user: string;
  readonly password: string;
  /** Name of the cluster in the configuration of the nodes. */
  readonly name: string;
  /** Named collection with the bucket, which the nodes know, so that no statement contains its keys. */
  readonly collection: string;
}

/** The nodes, in the order of their addresses. */
export interface Cluster extends Pick<ClusterOptions, 'name' | 'collection'> {
  readonly nodes: readonly ClusterNode[];
  close(): Promise<void>;
}

export interface ClusterNode {
  readonly url: string;
  readonly client: ClickHouseClient;
}

/** Connections of one worker to one node: slices, and what is asked about them. */
const connectionsPerNode = 32;
/** A statement ends by its own limits long before. */
const requestTimeoutMs = 2 ** 31 - 1;

/** Opens no connection yet. */
export function openCluster({ urls, user, password, name, collection }: ClusterOptions): Cluster {
  const nodes = urls.map((url) => ({
    url,
    client: createClient({
      url,
      username: user,
      password,
      application: 'hourglass',
      request_timeout: requestTimeoutMs,
      max_open_connections: connectionsPerNode,
      // The log of the worker has the errors. The client's own would contain statements.
      log: { level: 127 },
    }),
  }));
  return {
    name,
    collection,
    nodes,
    async close() {
      await Promise.all(nodes.map(({ client }) => client.close()));
    },
  };
}
