const startMs = Date.parse('2026-03-01T00:00:00Z');

/** A batch of 1,000 facts. */
export const facts = Array.from({ length: 1_000 }, (_, index) => ({
  timestamp: startMs + index * 1_000,
  apiproxy: `proxy-${index % 7}`,
  response_size: index,
}));

/** A report over them. */
export const query = {
  metrics: [{ name: 'message_count', function: 'sum' }],
  dimensions: ['apiproxy'],
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
};
