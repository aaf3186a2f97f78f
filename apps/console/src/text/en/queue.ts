/** Texts of places in the queue, failures, and asking again. */
export const queue = {
  'advice.change': 'Change the report and submit it again.',
  'advice.fewerGroups': 'Use fewer dimensions, a coarser time unit or a filter.',
  'advice.format': 'Submit it as CSV or JSON.',
  'advice.later': 'Run it again later. The submission does not count against the limit.',
  'advice.rates': 'An administrator imports the missing rates or amounts; then run it again.',
  'advice.report': 'Report the id of the query to an operator.',
  'advice.shorter': 'Ask for a shorter range, fewer dimensions or a coarser time unit.',
  'again.otherForm':
    'This query was submitted in another form, such as a monetization report. Submit it by its own call.',
  'again.run': 'Run again',
  'again.runOf': 'Run again: {{title}}',
  'queue.environment_turn_one': 'Waits for {{count}} query ahead',
  'queue.environment_turn_other': 'Waits for {{count}} queries ahead',
  'queue.equal_query': 'Waits for the result of an equal query',
  'queue.position': 'Place {{position}} · ready in about {{soon}}, usually within {{late}}',
  'queue.retry_wait': 'Waits before its next attempt',
  'queue.workers_busy': 'Waits for a free worker',
} as const;
