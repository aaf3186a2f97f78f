import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Metrics of one API process, for `GET /metrics`. */
export interface ApiMetrics {
  /** `route` is the pattern and not the path, so that ids do not become label values. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  countFacts(dataset: string, accepted: number): void;
  countSubmission(dataset: string): void;
  readonly contentType: string;
  render(): Promise<string>;
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
    observeRequest({ method, route, status, seconds }) {
      requests.observe({ method, route, status: String(status) }, seconds);
    },
    countFacts(dataset, accepted) {
      facts.inc({ dataset }, accepted);
    },
    countSubmission(dataset) {
      submissions.inc({ dataset });
    },
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}
