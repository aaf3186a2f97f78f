// Parts of the requests of several shapes.

export const wholeMonth = { start: '2025-11-01T00:00:00Z', end: '2025-12-01T00:00:00Z' };

export const calls = { name: 'message_count', function: 'sum' };
export const averageTime = { name: 'total_response_time', function: 'avg' };
