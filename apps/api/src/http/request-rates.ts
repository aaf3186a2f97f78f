import { hash } from 'node:crypto';
import type { Request } from 'express';
import QuickLRU from 'quick-lru';
import type { ApiMetrics, Settings } from '@hourglass/platform';
import { RetryLater } from '@hourglass/reports';
import { clientAddress } from './client-address.ts';
import type { HeaderValues } from './route.ts';
import type { SentCredentials } from './sent-credentials.ts';

/** Counts every request twice: for its address, and for its credentials. */
export interface RequestRates {
  /** @throws RateLimited */
  countAddress(request: Request): void;
  /** Also for credentials that are not verified yet. @throws RateLimited */
  countCredentials(sent: SentCredentials): void;
}

type RateSettings = Settings<'api'>['requestRates'];

/** A burst may be as large as the requests of this time. */
const burstSeconds = 10;
/** Twice this number of buckets may be in memory. The one used longest ago is dropped, as a full one. */
const maxBuckets = 10_000;

/** A request above the rate of its address or credentials. Nothing was done for it. */
export class RateLimited extends RetryLater {
  readonly headers: HeaderValues;

  constructor(of: string, { perSecond, waitSeconds }: { perSecond: number; waitSeconds: number }) {
    const seconds = Math.max(1, Math.ceil(waitSeconds));
    super('limit.requests', seconds, { of, limit: perSecond });
    this.name = 'RateLimited';
    this.headers = {
      RateLimit: `"requests";r=0;t=${seconds}`,
      'RateLimit-Policy': `"requests";q=${perSecond * burstSeconds};w=${burstSeconds}`,
    };
  }
}

/** Creates the counters of one process. */
export function createRequestRates(
  { perAddress, perCredentials }: RateSettings,
  { metrics, nowMs }: { metrics: Pick<ApiMetrics, 'countRateLimited'>; nowMs: () => number },
): RequestRates {
  const addresses = createBuckets(perAddress, nowMs);
  const credentials = createBuckets(perCredentials, nowMs);
  return {
    countAddress(request) {
      const waitSeconds = addresses.take(clientAddress(request));
      if (waitSeconds === 0) return;
      metrics.countRateLimited('address');
      throw new RateLimited('from this address', { perSecond: perAddress, waitSeconds });
    },
    countCredentials(sent) {
      const waitSeconds = credentials.take(keyOf(sent));
      if (waitSeconds === 0) return;
      metrics.countRateLimited('credentials');
      throw new RateLimited('with these credentials', { perSecond: perCredentials, waitSeconds });
    },
  };
}

/** A guess of a password has a bucket of its own, and so costs its account nothing. */
function keyOf(sent: SentCredentials): string {
  const text = sent.kind === 'token' ? sent.token : `${sent.email}:${sent.password}`;
  return hash('sha256', text, 'base64');
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

interface Buckets {
  /** Takes a token of the owner's bucket. Returns the seconds until there is one; 0: it was taken. */
  take(owner: string): number;
}

function createBuckets(perSecond: number, nowMs: () => number): Buckets {
  const buckets = new QuickLRU<string, Bucket>({ maxSize: maxBuckets });
  const capacity = perSecond * burstSeconds;
  return {
    take(owner) {
      const now = nowMs();
      const bucket = buckets.get(owner) ?? { tokens: capacity, filledAtMs: now };
      const elapsedSeconds = (now - bucket.filledAtMs) / 1000;
      bucket.tokens = Math.min(capacity, bucket.tokens + elapsedSeconds * perSecond);
      bucket.filledAtMs = now;
      buckets.set(owner, bucket);
      if (bucket.tokens < 1) return (1 - bucket.tokens) / perSecond;
      bucket.tokens -= 1;
      return 0;
    },
  };
}
