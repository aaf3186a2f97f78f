import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Batches that an API process receives, and those that wait for it. */
export interface UploadCounts {
  readonly receiving: number;
  readonly waiting: number;
}

/** Metrics of one API process, for `GET /metrics`. */
export interface ApiMetrics {
  /** `route` is the pattern and not the path, so that ids do not become label values. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  countFacts(dataset: string, accepted: number): void;
  countSubmission(dataset: string): void;
  /** `count` is called when the metrics are read. */
  watchUploads(count: () => UploadCounts): void;
  /** `count` returns the requests that wait for changes of queries, with streams; called when the metrics are read. */
  watchWaiting(count: () => number): void;
  /** Counts a computed hash, for a sign-in or for a new password. */
  countPasswordHash(): void;
  /** `delayed` and `busy`: without computing its hash. `code_…`: of a second factor. */
  countPasswordRefusal(reason: 'wrong' | 'delayed' | 'busy' | 'code_wrong' | 'code_delayed'): void;
  /** Counts refusals of credentials that the audit log lacks. */
  countLostRefusals(count: number): void;
  countRefusedConnection(limit: 'connections' | 'unfinished_heads'): void;
  countRateLimited(by: RateLimitOwner): void;
  /** `read` returns the numbers of now; it is called whenever metrics are rendered. */
  watchConnections(read: () => ConnectionCounts): void;
  /** `count` is called when the metrics are read. Where it fails, the numbers are absent. */
  watchDeliveries(count: () => Promise<DeliveryCounts>): void;
  /** `count` returns the fallbacks of all workers; called when the metrics are read. Where it fails, the number is absent. */
  watchClusterFallbacks(count: () => Promise<number>): void;
  /** `readMs` returns the time at which the certificate expires. */
  watchCertificate(readMs: () => number): void;
  readonly contentType: string;
  render(): Promise<string>;
}

/** Deliveries of all tenants. */
export interface DeliveryCounts {
  /** Not at their end. */
  readonly pending: number;
  /** Endpoints that workers disabled. */
  readonly disabledEndpoints: number;
}

export type RateLimitOwner = 'address' | 'credentials';

export interface ConnectionCounts {
  readonly open: number;
  readonly unfinishedHeads: number;
}

export function createApiMetrics(): ApiMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'hourglass_http_request_duration_seconds',
    help: 'Duration of HTTP requests by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
    registers: [registry],
  });
  const facts = new Counter({
    name: 'hourglass_facts_accepted_total',
    help: 'Accepted facts by dataset.',
    labelNames: ['dataset'],
    registers: [registry],
  });
  const submissions = new Counter({
    name: 'hourglass_queries_submitted_total',
    help: 'Submitted queries by dataset.',
    labelNames: ['dataset'],
    registers: [registry],
  });
  return {
    ...passwordCounters(registry),
    ...connectionMetrics(registry),
    observeRequest({ method, route, status, seconds }) {
      requests.observe({ method, route, status: String(status) }, seconds);
    },
    countFacts(dataset, accepted) {
      facts.inc({ dataset }, accepted);
    },
    countSubmission(dataset) {
      submissions.inc({ dataset });
    },
    watchUploads: (count) => addUploadGauge(registry, count),
    watchWaiting: (count) => addWaitingGauge(registry, count),
    watchDeliveries: (count) => addDeliveryGauges(registry, count),
    watchClusterFallbacks: (count) => addFallbackCounter(registry, count),
    watchCertificate: (readMs) => addCertificateGauge(registry, readMs),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}

function passwordCounters(
  registry: Registry,
): Pick<ApiMetrics, 'countPasswordHash' | 'countPasswordRefusal' | 'countLostRefusals'> {
  const hashes = new Counter({
    name: 'hourglass_password_hashes_total',
    help: 'Computed hashes of passwords.',
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'hourglass_passwords_refused_total',
    help: 'Refused passwords and codes by reason: wrong, or not checked because of a delay or a full queue.',
    labelNames: ['reason'],
    registers: [registry],
  });
  const lost = new Counter({
    name: 'hourglass_audit_refusals_lost_total',
    help: 'Refusals of credentials that could not be written to the audit log.',
    registers: [registry],
  });
  return {
    countLostRefusals: (count) => lost.inc(count),
    countPasswordHash: () => hashes.inc(),
    countPasswordRefusal: (reason) => refusals.inc({ reason }),
  };
}

function addUploadGauge(registry: Registry, count: () => UploadCounts): void {
  const uploads = new Gauge({
    name: 'hourglass_uploads',
    help: 'Batches by state: receiving, waiting.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { receiving, waiting } = count();
      uploads.set({ state: 'receiving' }, receiving);
      uploads.set({ state: 'waiting' }, waiting);
    },
  });
}

function addWaitingGauge(registry: Registry, count: () => number): void {
  const waiting = new Gauge({
    name: 'hourglass_waiting_requests',
    help: 'Requests that wait for changes of queries, and streams of events.',
    registers: [registry],
    collect() {
      waiting.set(count());
    },
  });
}

function addDeliveryGauges(registry: Registry, count: () => Promise<DeliveryCounts>): void {
  const disabled = new Gauge({
    name: 'hourglass_webhook_endpoints_disabled',
    help: 'Webhook endpoints that workers disabled, because their receiver failed or is gone.',
    registers: [registry],
  });
  const pending = new Gauge({
    name: 'hourglass_deliveries_pending',
    help: 'Deliveries that wait for an attempt or are being sent.',
    registers: [registry],
    async collect() {
      disabled.reset();
      pending.reset();
      try {
        const counts = await count();
        disabled.set(counts.disabledEndpoints);
        pending.set(counts.pending);
      } catch {
        // The other metrics tell that the database is away.
        disabled.remove();
        pending.remove();
      }
    },
  });
}

function addFallbackCounter(registry: Registry, count: () => Promise<number>): void {
  const fallbacks = new Counter({
    name: 'hourglass_cluster_fallbacks_total',
    help: 'Attempts of queries that a worker computed because the cluster was not available.',
    registers: [registry],
    async collect() {
      fallbacks.reset();
      try {
        fallbacks.inc(await count());
      } catch {
        // The other metrics tell that the database is away.
        fallbacks.remove();
      }
    },
  });
}

function addCertificateGauge(registry: Registry, readMs: () => number): void {
  const expiry = new Gauge({
    name: 'hourglass_tls_certificate_expiry_seconds',
    help: 'Unix time at which the certificate of the API expires.',
    registers: [registry],
    collect() {
      expiry.set(readMs() / 1000);
    },
  });
}

function connectionMetrics(
  registry: Registry,
): Pick<ApiMetrics, 'countRefusedConnection' | 'countRateLimited' | 'watchConnections'> {
  const refused = new Counter({
    name: 'hourglass_http_refused_connections_total',
    help: 'Connections closed because they exceeded a limit, by the limit.',
    labelNames: ['limit'],
    registers: [registry],
  });
  const rateLimited = new Counter({
    name: 'hourglass_http_rate_limited_total',
    help: 'Requests refused for their rate, by what was counted: address or credentials.',
    labelNames: ['by'],
    registers: [registry],
  });
  return {
    countRefusedConnection: (limit) => refused.inc({ limit }),
    countRateLimited: (by) => rateLimited.inc({ by }),
    watchConnections: (read) => watchConnections(registry, read),
  };
}

function watchConnections(registry: Registry, read: () => ConnectionCounts): void {
  const connections = new Gauge({
    name: 'hourglass_http_connections',
    help: 'Connections by state: all open ones, and those whose first head is unfinished.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { open, unfinishedHeads } = read();
      connections.set({ state: 'open' }, open);
      connections.set({ state: 'unfinished_head' }, unfinishedHeads);
    },
  });
}
