/** The values of one log line by the columns that they fill. Null where the server wrote none. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  timestamp?: number | null;
  client_ip?: string | null;
  ax_true_client_ip?: string | null;
  ax_resolved_client_ip?: string | null;
  x_forwarded_for_ip?: string | null;
  x_forwarded_proto?: string | null;
  virtual_host?: string | null;
  gateway_flow_id?: string | null;
  request_verb?: string | null;
  request_uri?: string | null;
  request_path?: string | null;
  response_status_code?: number | null;
  request_size?: number | null;
  response_size?: number | null;
  /** Milliseconds. */
  total_response_time?: number | null;
  /** Milliseconds. */
  target_response_time?: number | null;
  target_ip?: string | null;
  target_response_code?: number | null;
  referer?: string | null;
  useragent?: string | null;
}

export type LogColumn = keyof LogEntry;

/** Sets a column, unless a variable before has filled it. */
export function fillColumn<Column extends LogColumn>(
  entry: LogEntry,
  column: Column,
  value: LogEntry[Column],
): void {
  entry[column] ??= value;
}
