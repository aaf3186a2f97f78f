import type { Line } from './lines.ts';
import { nameProxy } from './name-proxy.ts';
import type { ProxyNaming } from './name-proxy.ts';
import type { RawFact } from './raw-fact.ts';
import type { UserAgentReader } from './user-agent.ts';
import { unescapeLogText } from './log-escapes.ts';
import { readLogTime } from './log-time.ts';

/** The text of a quoted field. Quotes inside are escaped. */
const quoted = String.raw`([^"\\]*(?:\\.[^"\\]*)*)`;
/**
 * Address, identity, user, time, request, status, size, referer and user agent. A user may contain
 * spaces. Servers truncate long lines, so the user agent, the last field, may lack its closing
 * quote.
 */
const combinedLine = new RegExp(
  String.raw`^(\S+) \S+ .*? \[([^\]]{1,40})\] "${quoted}" (\d{3}) (\d+|-) "${quoted}" "${quoted}(?:"|\\?)$`,
);
const combinedForm = '<address> - <user> [<time>] "<request>" <status> <size> "<referer>" "<user agent>"';
const timeForm = '17/May/2015:10:05:03 +0000';
const requestWithProtocol = /^([\w!#$%&'*+.^`|~-]+) (?:(.+) )?HTTP\/\d+(?:\.\d+)?$/s;
const requestWithoutProtocol = /^([\w!#$%&'*+.^`|~-]+) (\/.*)$/s;

/** The fields of an imported line and the part of the line that each comes from. */
export const combinedOrigins: Readonly<Record<string, string>> = {
  timestamp: 'time',
  client_ip: 'address',
  apiproxy: '`--apiproxy`, or a segment of the path',
  request_verb: 'method of the request line',
  request_uri: 'target of the request line',
  request_path: 'path of the request line',
  proxy_pathsuffix: 'path of the request line',
  response_status_code: 'status',
  response_size: 'size',
  referer: 'referer',
  useragent: 'user agent',
  ax_ua_agent_family: 'parsed user agent',
  ax_ua_agent_type: 'parsed user agent',
  ax_ua_agent_version: 'parsed user agent',
  ax_ua_device_category: 'parsed user agent',
  ax_ua_os_family: 'parsed user agent',
  ax_ua_os_version: 'parsed user agent',
};

/**
 * Returns a parser for lines of the access log format that Apache and NGINX call "combined". If the
 * request line is unreadable, such as the bytes of a TLS handshake, its columns are null and the
 * rest is still a fact. `-` is null. The format has no place for custom values, so `customValues`
 * are added to every fact.
 */
export function createCombinedParser(
  readUserAgent: UserAgentReader,
  proxy: ProxyNaming | null,
  customValues: Readonly<Record<string, unknown>> = {},
): (line: Line) => RawFact {
  return (line) => {
    if ('fault' in line) return line;
    const match = combinedLine.exec(line.text);
    if (match === null)
      return { line: line.line, fault: `not a combined log line; expected ${combinedForm}` };
    const [, clientIp = '', time = '', request = '', status, size = '-', referer = '-', agent = '-'] = match;
    const timestamp = readLogTime(time);
    if (timestamp === null)
      return { line: line.line, fault: `invalid time "${time}"; expected a time such as ${timeForm}` };
    const responseSize = size === '-' ? null : Number(size);
    const { verb, uri } = readRequest(unescapeLogText(request));
    const path = uri === null ? null : pathOf(uri);
    const useragent = headerOf(agent);
    const value = {
      timestamp,
      client_ip: clientIp === '-' ? null : clientIp,
      request_verb: verb,
      request_uri: uri,
      request_path: path,
      proxy_pathsuffix: path,
      response_status_code: Number(status),
      response_size: responseSize,
      referer: headerOf(referer),
      useragent,
      ...readUserAgent(useragent),
      ...customValues,
    };
    return {
      line: line.line,
      value: proxy === null ? value : { ...value, apiproxy: nameProxy(proxy, path) },
    };
  };
}

function headerOf(text: string): string | null {
  return text === '-' || text === '' ? null : unescapeLogText(text);
}

function readRequest(request: string): { verb: string | null; uri: string | null } {
  const match = requestWithProtocol.exec(request) ?? requestWithoutProtocol.exec(request);
  return { verb: match?.[1] ?? null, uri: match?.[2] ?? null };
}

/** Returns the path of a request target. Clients of a proxy put the scheme and host before it. */
function pathOf(uri: string): string {
  const queryStart = uri.indexOf('?');
  const path = queryStart < 0 ? uri : uri.slice(0, queryStart);
  return path.replace(/^https?:\/\/[^/]*(?=\/|$)/i, '') || '/';
}
