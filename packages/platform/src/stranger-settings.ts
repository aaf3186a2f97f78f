import { addressRanges, headerText, wholeNumber } from './setting-schemas.ts';
import { optionalSetting, setting } from './setting.ts';

/** Settings of what clients may take from an API process before and beside their rights. */
export const strangerSettings = {
  /** Bounds what strangers hold before a request is known. */
  connections: {
    maxConnections: setting('HOURGLASS_MAX_CONNECTIONS', wholeNumber(1, 1_000_000), '4096', {
      readBy: ['api'],
      value: 'connections',
      description: 'Maximum number of open connections of one API process; further ones are closed.',
    }),
    maxConnectionsPerAddress: setting(
      'HOURGLASS_MAX_CONNECTIONS_PER_ADDRESS',
      wholeNumber(1, 1_000_000),
      '1024',
      {
        readBy: ['api'],
        value: 'connections',
        description: 'The same for one address, or one /64 network of IPv6. Trusted proxies are exempt.',
      },
    ),
    maxUnfinishedHeads: setting('HOURGLASS_MAX_UNFINISHED_HEADS', wholeNumber(1, 1_000_000), '1024', {
      readBy: ['api'],
      value: 'connections',
      description:
        'Maximum number of connections that have sent a part of their first URL and headers; further ones are closed.',
    }),
    maxUnfinishedHeadsPerAddress: setting(
      'HOURGLASS_MAX_UNFINISHED_HEADS_PER_ADDRESS',
      wholeNumber(1, 1_000_000),
      '128',
      {
        readBy: ['api'],
        value: 'connections',
        description: 'The same for one address, or one /64 network of IPv6. Trusted proxies are exempt.',
      },
    ),
  },
  /** Token buckets of ten seconds, for each API process. */
  requestRates: {
    perCredentials: setting('HOURGLASS_REQUESTS_PER_SECOND', wholeNumber(1, 1_000_000), '100', {
      readBy: ['api'],
      value: 'requests per second and token or password',
      description:
        'Sustained rate of requests at one API process, with bursts of ten times as many; further ones get status 429.',
    }),
    perAddress: setting('HOURGLASS_REQUESTS_PER_SECOND_PER_ADDRESS', wholeNumber(1, 1_000_000), '500', {
      readBy: ['api'],
      value: 'requests per second and address',
      description:
        'The same for one client address, or one /64 network of IPv6, with or without credentials.',
    }),
  },
  /** Null: only this machine reads the metrics. */
  metricsToken: optionalSetting('HOURGLASS_METRICS_TOKEN', headerText, {
    readBy: ['api'],
    value: 'text',
    description:
      'Bearer token of GET /metrics. Unset: only clients on the machine of the API read them, at localhost or a loopback address.',
    secret: true,
  }),
  trustedProxies: setting('HOURGLASS_TRUSTED_PROXIES', addressRanges, '127.0.0.0/8,::1', {
    readBy: ['api'],
    value: 'addresses and networks, separated by commas; or none',
    description:
      'Reverse proxies whose X-Forwarded-For, -Proto and -Host name the client. Those of others are ignored.',
  }),
};
