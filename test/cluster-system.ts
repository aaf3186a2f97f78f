import { openObjectStore } from '@hourglass/object-store';
import type { ObjectStore } from '@hourglass/reports';
import {
  archiveMembers,
  startClickHouseCluster,
  startS3Server,
  startSystem,
  type ClickHouseCluster,
  type ContractClient,
  type NodeProcess,
  type RunningSystem,
} from '@hourglass/testing';

/** A system whose segments are in a bucket that the nodes of a cluster read. It has no worker. */
export interface ClusterSystem {
  readonly cluster: ClickHouseCluster;
  readonly system: RunningSystem;
  readonly objects: ObjectStore;
  /** Settings of a worker that computes all reports on the cluster. */
  readonly clusterOnly: Readonly<Record<string, string>>;
  withWorker(
    settings: Readonly<Record<string, string>>,
    work: (worker: NodeProcess) => Promise<void>,
  ): Promise<void>;
  stop(): Promise<void>;
}

/** Batches of at least 50 facts become segments at once; smaller ones stay hot. */
export async function startClusterSystem(nodes: number): Promise<ClusterSystem> {
  const store = await startS3Server();
  const bucket = { ...store, bucket: 'hourglass', region: 'us-east-1', forcePathStyle: true };
  const objects = await openObjectStore({ folder: '', s3: bucket });
  const cluster = await startClickHouseCluster(nodes, bucket);
  const system = await startSystem({
    worker: false,
    env: {
      S3_ENDPOINT: store.endpoint,
      S3_BUCKET: bucket.bucket,
      S3_ACCESS_KEY_ID: store.accessKeyId,
      S3_SECRET_ACCESS_KEY: store.secretAccessKey,
      HOURGLASS_BULK_BATCH_ROWS: '50',
      HOURGLASS_SEAL_AFTER_SECONDS: '3600',
      HOURGLASS_RETRY_DELAY_SECONDS: '0',
      HOURGLASS_ACTIVE_QUERIES: '1000',
      ...cluster.settings,
    },
  });
  return {
    ...{ cluster, system, objects },
    clusterOnly: { HOURGLASS_ENGINE: 'clickhouse' },
    async withWorker(settings, work) {
      const worker = system.startWorker(settings);
      try {
        await work(worker);
      } finally {
        await worker.stop();
      }
    },
    async stop() {
      await system.stop();
      await cluster.stop();
      await store.stop();
    },
  };
}

/** The engine that the manifest of a result names. */
export async function engineOf(client: ContractClient, id: string): Promise<{ readonly name: string }> {
  const members = await archiveMembers(await client.archive(id));
  const manifest = members.find(({ name }) => name === 'manifest.json');
  return (JSON.parse(String(manifest?.bytes)) as { readonly engine: { readonly name: string } }).engine;
}
