import type { LogEntry } from './log-entry.ts';
import { nameProxy, type ProxyNaming } from './name-proxy.ts';
import type { UserAgentReader } from './user-agent.ts';

/** The fields of an imported line and the part of the log that each comes from. */
export const logOrigins: Readonly<Record<string, string>> = {
  timestamp: 'time',
  client_ip: 'address',
  ax_resolved_client_ip: 'first address of X-Forwarded-For',
  ax_true_client_ip: 'True-Client-IP header',
  x_forwarded_for_ip: 'X-Forwarded-For header',
  x_forwarded_proto: 'X-Forwarded-Proto header',
  virtual_host: 'server name or host',
  gateway_flow_id: 'id of the request',
  apiproxy: '`--apiproxy`, or a segment of the path',
  request_verb: 'method of the request line',
  request_uri: 'target of the request line',
  request_path: 'path of the request line',
  proxy_pathsuffix: 'path of the request line',
  response_status_code: 'status',
  request_size: 'bytes received',
  response_size: 'size',
  total_response_time: 'time to serve the request',
  target_response_time: 'upstream response time',
  target_ip: 'upstream address',
  target_response_code: 'upstream status',
  referer: 'referer',
  useragent: 'user agent',
  ax_ua_agent_family: 'parsed user agent',
  ax_ua_agent_type: 'parsed user agent',
  ax_ua_agent_version: 'parsed user agent',
  ax_ua_device_category: 'parsed user agent',
  ax_ua_os_family: 'parsed user agent',
  ax_ua_os_version: 'parsed user agent',
};

export interface LogFactOptions {
  readonly readUserAgent: UserAgentReader;
  readonly proxy: ProxyNaming | null;
  /** Added to every fact, because logs have no place for them. */
  readonly customValues: Readonly<Record<string, unknown>>;
}

/** Makes the value of a fact of a log line. */
export function factOf(
  entry: LogEntry,
  { readUserAgent, proxy, customValues }: LogFactOptions,
): Readonly<Record<string, unknown>> {
  const { client_ip, ax_resolved_client_ip: forwarded, request_path: path, useragent } = entry;
  // Adding to an object that was made by a spread costs V8 a new hidden class for each fact.
  const fact = Object.assign<Record<string, unknown>, LogEntry>({}, entry);
  // A log with the forwarded address in place of the connection's has no other client.
  if (client_ip === undefined && forwarded !== undefined) fact['client_ip'] = forwarded;
  if (path !== undefined) fact['proxy_pathsuffix'] = path;
  if (useragent !== undefined) Object.assign(fact, readUserAgent(useragent));
  Object.assign(fact, customValues);
  if (proxy !== null) fact['apiproxy'] = nameProxy(proxy, path ?? null);
  return fact;
}
