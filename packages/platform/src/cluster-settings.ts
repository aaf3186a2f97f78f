import { oneOf, text, urls, wholeNumber } from './setting-schemas.ts';
import { optionalSetting, setting } from './setting.ts';

/** Where large reports are computed. */
export const clusterSettings = {
  engine: setting('HOURGLASS_ENGINE', oneOf('auto', 'duckdb', 'clickhouse'), 'auto', {
    readBy: ['api', 'worker'],
    value: 'auto, duckdb or clickhouse',
    description:
      'Engine of queries, the same for the API and all workers. auto: large ones on the cluster of CLICKHOUSE_URLS, if that is set. clickhouse: all that it computes exactly; workers do not start without it.',
  }),
  clusterMinFacts: setting('HOURGLASS_CLUSTER_MIN_FACTS', wholeNumber(0, 999_999_999_999), '50000000', {
    readBy: ['api', 'worker'],
    value: 'facts',
    description: 'With the engine auto, queries that scan fewer facts run in the worker.',
  }),
  cluster: {
    urls: optionalSetting('CLICKHOUSE_URLS', urls('http:', 'https:'), {
      readBy: ['api', 'worker'],
      value: 'URLs, separated by commas',
      description:
        'HTTP addresses of the nodes of a ClickHouse cluster that reads the bucket of S3_BUCKET. Unset: no cluster.',
    }),
    user: setting('CLICKHOUSE_USER', text, 'hourglass', {
      readBy: ['worker'],
      value: 'name',
      description: 'User of the workers on the nodes. It needs the named collection and nothing else.',
    }),
    password: optionalSetting('CLICKHOUSE_PASSWORD', text, {
      readBy: ['api', 'worker'],
      value: 'text',
      description: 'Password of that user.',
      secret: true,
    }),
    name: setting('CLICKHOUSE_CLUSTER', text.regex(/^\w+$/, 'letters, digits and "_"'), 'hourglass', {
      readBy: ['worker'],
      value: 'name',
      description: 'Name of the cluster in the configuration of its nodes.',
    }),
    collection: setting(
      'CLICKHOUSE_COLLECTION',
      text.regex(/^\w+$/, 'letters, digits and "_"'),
      'hourglass_store',
      {
        readBy: ['worker'],
        value: 'name',
        description: 'Named collection of the nodes with the URL and the keys of the bucket.',
      },
    ),
    memoryMb: setting('CLICKHOUSE_MEMORY_MB', wholeNumber(128, 1_048_576), '8192', {
      readBy: ['worker'],
      value: 'MiB',
      description: 'Memory of one statement on each node. Groups beyond half of it spill to its disk.',
    }),
  },
};
