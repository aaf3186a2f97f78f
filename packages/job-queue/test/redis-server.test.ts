import { spawnSync } from 'node:child_process';
import { isServiceMissing } from '@hourglass/testing';
import { describe } from 'vitest';
import { describeQueue } from './doorbell-conformance.ts';

const found = spawnSync('redis-server', ['--version']).status === 0;
const missing = isServiceMissing({
  service: 'redis-server',
  problem: found ? null : 'it is not on PATH',
  environment: process.env,
});

describe.skipIf(missing)('with a real Redis', () => {
  describeQueue('redis-server');
});
