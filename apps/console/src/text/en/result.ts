/** Texts of a query with its result. */
export const result = {
  'plot.metric': 'Plot',
  'plot.omitted_one': '{{count}} more has smaller values and is only in the table.',
  'plot.omitted_other': '{{count}} more have smaller values and are only in the table.',
  'plot.partial': 'The plot shows the rows that were read so far. Scroll the table to its end to read all.',
  'plot.time': 'Time',
  'plot.title': 'Plot',
  'result.archive': 'Archive (ZIP)',
  'result.download': 'Download',
  'result.empty': 'The result has no rows',
  'result.emptyNext':
    'No fact matches the filter in this time range. Choose a longer range, or import facts.',
  'result.expired': 'The result has expired',
  'result.expiredNext': 'Submit the report again to get a new one.',
  'result.failed': 'The query failed',
  'result.json': 'All rows (JSON)',
  'result.loading': 'Reading rows …',
  'result.shown': '{{shown}} of {{total}} rows',
  'result.table': 'Rows of the result',
  'result.title': 'Query',
  'result.took': 'took {{time}}',
} as const;
