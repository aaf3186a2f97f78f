import { isServiceMissing, redisServerProblem } from '@hourglass/testing';
import { describe } from 'vitest';
import { describeQueue } from './doorbell-conformance.ts';

const missing = isServiceMissing({
  service: 'redis-server',
  problem: redisServerProblem(),
  environment: process.env,
});

describe.skipIf(missing)('with a real Redis', () => {
  describeQueue('redis-server');
});
