import type { Line } from './lines.ts';
import { nameProxy } from './name-proxy.ts';
import type { ProxyNaming } from './name-proxy.ts';
import type { RawFact } from './raw-fact.ts';
import type { UserAgentReader } from './user-agent.ts';
import { unescapeLogText } from './log-escapes.ts';
import { readLogTime } from './log-time.ts';

/** A quoted field up to its closing quote; a quote inside is escaped. */
const quoted = String.raw`([^"\\]*(?:\\.[^"\\]*)*)`;
/**
 * Address, identity, user, time, request, status, size, referer and user agent. A user may hold spaces. Servers
 * cut a line that is too long for them, which leaves the user agent, its last field, without the closing quote.
 */
const combinedLine = new RegExp(
  String.raw`^(\S+) \S+ .*? \[([^\]]{1,40})\] "${quoted}" (\d{3}) (\d+|-) "${quoted}" "${quoted}(?:"|\\?)$`,
);
const requestWithProtocol = /^([\w!#$%&'*+.^`|~-]+) (?:(.+) )?HTTP\/\d+(?:\.\d+)?$/s;
const requestWithoutProtocol = /^([\w!#$%&'*+.^`|~-]+) (\/.*)$/s;

/**
 * Lines of the access-log format that Apache and NGINX call "combined". A request line that cannot be read,
 * such as the bytes of a TLS handshake, leaves the request's columns null: the rest is still a fact.
 * `-` is null. Every fact gets the custom values, for which the format has no place.
 */
export function createCombinedParser(
  readUserAgent: UserAgentReader,
  proxy: ProxyNaming | null,
  customValues: Readonly<Record<string, unknown>> = {},
): (line: Line) => RawFact {
  return (line) => {
    if ('fault' in line) return line;
    const match = combinedLine.exec(line.text);
    if (match === null) return { line: line.line, fault: 'the line is not in the combined log format' };
    const [, clientIp = '', time = '', request = '', status, size = '-', , agent = '-'] = match;
    const timestamp = readLogTime(time);
    if (timestamp === null) return { line: line.line, fault: `the time "${time}" cannot be read` };
    const responseSize = size === '-' ? null : Number(size);
    const { verb, uri } = readRequest(unescapeLogText(request));
    const path = uri === null ? null : pathOf(uri);
    const useragent = agent === '-' || agent === '' ? null : unescapeLogText(agent);
    const value = {
      timestamp,
      client_ip: clientIp === '-' ? null : clientIp,
      request_verb: verb,
      request_uri: uri,
      request_path: path,
      proxy_pathsuffix: path,
      response_status_code: Number(status),
      response_size: responseSize,
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

function readRequest(request: string): { verb: string | null; uri: string | null } {
  const match = requestWithProtocol.exec(request) ?? requestWithoutProtocol.exec(request);
  return { verb: match?.[1] ?? null, uri: match?.[2] ?? null };
}

/** The target up to its query string; a proxy's client also sends scheme and host before the path. */
function pathOf(uri: string): string {
  const queryStart = uri.indexOf('?');
  const path = queryStart < 0 ? uri : uri.slice(0, queryStart);
  return path.replace(/^https?:\/\/[^/]*(?=\/|$)/i, '') || '/';
}
