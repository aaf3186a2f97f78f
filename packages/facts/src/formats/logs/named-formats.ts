import { parseApacheDefinition } from './apache-definition.ts';
import { jsonLog } from './json-log.ts';
import { compileLogFormat, type LogFormat } from './log-format.ts';
import { parseNginxDefinition } from './nginx-definition.ts';

const common = '%h %l %u %t "%r" %>s %b';
const combined = `${common} "%{Referer}i" "%{User-Agent}i"`;
const nginxCombined =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
const forwardedFor = '"$http_x_forwarded_for"';
/** Times that administrators add to the format `main` of NGINX's packages. */
const timeEndings = [
  '$request_time',
  '"$request_time"',
  '$request_time $upstream_response_time',
  '"$request_time" "$upstream_response_time"',
  '$upstream_response_time $request_time',
  '"$upstream_response_time" "$request_time"',
  'rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"',
  'rt=$request_time uct=$upstream_connect_time uht=$upstream_header_time urt=$upstream_response_time',
];
const ingress =
  '$request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr ' +
  '$upstream_response_length $upstream_response_time $upstream_status $req_id';

export const logFormatNames = [
  'combined',
  'common',
  'vhost_combined',
  'nginx_main',
  'nginx_timed',
  'nginx_ingress',
  'nginx_json',
] as const;
export type LogFormatName = (typeof logFormatNames)[number];

/** Formats that no `--format` names, because servers write them with different meanings. */
const unnamed = [
  [`%{X-Forwarded-For}i %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`],
  [`%{X-Forwarded-For}i %l %u %t "%r" %>s %b`],
  [`%v ${combined}`],
  [`%v ${common}`],
] as const;

/** Returns the formats of each name. A name with several stands for variants of one format. */
export function createNamedFormats(): ReadonlyMap<LogFormatName, readonly LogFormat[]> {
  const apache = (name: LogFormatName, text: string) => compileLogFormat(name, parseApacheDefinition(text));
  const nginx = (name: LogFormatName, ending: string) =>
    compileLogFormat(name, parseNginxDefinition(`${nginxCombined} ${ending}`));
  return new Map<LogFormatName, readonly LogFormat[]>([
    ['combined', [apache('combined', combined)]],
    ['common', [apache('common', common)]],
    ['vhost_combined', [apache('vhost_combined', `%v:%p ${combined}`)]],
    ['nginx_main', [nginx('nginx_main', forwardedFor)]],
    [
      'nginx_timed',
      ['', `${forwardedFor} `].flatMap((before) =>
        timeEndings.map((ending) => nginx('nginx_timed', before + ending)),
      ),
    ],
    ['nginx_ingress', [nginx('nginx_ingress', ingress)]],
    ['nginx_json', [jsonLog]],
  ]);
}

/** Returns formats that need a definition, each named by the one that it probably has. */
export function createUnnamedFormats(): readonly LogFormat[] {
  return unnamed.map(([text]) => compileLogFormat(text, parseApacheDefinition(text)));
}
