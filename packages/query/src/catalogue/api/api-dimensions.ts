import { column } from '../column-dimension.ts';
import type { Dimension, TimestampPart } from '../dataset.ts';

const text = column('text');
const integer = column('integer');
const timestamp = column('timestamp');

function timestampPart(name: string, part: TimestampPart, description: string): Dimension {
  return { name, description, source: { kind: 'timestamp-part', part } };
}

const core: readonly Dimension[] = [
  text('access_token', 'OAuth access token of the calling app.'),
  text('api_product', 'API product of the called proxy.'),
  text('apiproxy', 'Name of the API proxy.'),
  integer('apiproxy_revision', 'Revision of the API proxy.'),
  text('client_id', 'Consumer key of the calling app.'),
  text('developer', 'Developer id in the form organization@@@id.'),
  text('developer_app', "Name of the developer's app."),
  text('developer_email', 'E-mail address of the developer.'),
  {
    name: 'environment',
    description: 'Environment in which the proxy is deployed.',
    source: { kind: 'tenant', of: 'environment' },
  },
  {
    name: 'organization',
    description: 'Organization in which the proxy is deployed.',
    source: { kind: 'tenant', of: 'organization' },
  },
  text('flow_resource', 'Resource of the conditional flow that ran.'),
  text('gateway_flow_id', 'Unique id of the call through the gateway.'),
  text('virtual_host', 'Virtual host that received the call.'),
  text('proxy_basepath', 'Base path of the proxy endpoint.'),
  text('proxy_pathsuffix', 'Resource path after the base path.'),
  text('proxy_deployment_type', 'Type of the proxy deployment: STANDARD or EXTENSIBLE.'),
  text('app_group_app', 'App of an app group.'),
  text('app_group_name', 'Name of the app group.'),
];

const cache: readonly Dimension[] = [
  text('ax_cache_key', 'Key of the cached value.'),
  text('ax_cache_name', 'Name of the cache, prefixed with organization and environment.'),
  text('ax_cache_source', 'Cache level that returned the value.'),
];

const errors: readonly Dimension[] = [
  text('ax_execution_fault_flow_name', 'Flow that raised the error.'),
  text('ax_execution_fault_flow_state', 'State of the flow that raised the error.'),
  text('ax_execution_fault_policy_name', 'Policy that raised the error.'),
  text('ax_edge_execution_fault_code', 'Fault code of the error.'),
  integer('response_status_code', 'HTTP status that the client received.'),
];

const client: readonly Dimension[] = [
  text('client_ip', 'Address of the system that called the gateway, such as a load balancer.'),
  text('proxy_client_ip', 'Address of the calling client as the proxy saw it.'),
  text('ax_true_client_ip', 'Address from the True-Client-IP header.'),
  text('ax_resolved_client_ip', "The original client's address, resolved from the forwarding headers."),
  text('x_forwarded_for_ip', 'Addresses from the X-Forwarded-For header.'),
  text('x_forwarded_proto', 'Protocol from the X-Forwarded-Proto header.'),
  text('request_path', 'Path of the request without its query string.'),
  text('request_uri', 'Path of the request with its query string.'),
  text('request_verb', 'HTTP method of the request.'),
  text('referer', 'Referer header of the request: the page that the call came from.'),
  text('useragent', 'User-Agent header of the request.'),
  text('ax_ua_agent_family', 'Family of the user agent, such as Chrome.'),
  text('ax_ua_agent_type', 'Type of the user agent, such as Browser.'),
  text('ax_ua_agent_version', 'Version of the user agent.'),
  text('ax_ua_device_category', 'Category of the device, such as Smartphone.'),
  text('ax_ua_os_family', 'Family of the operating system, such as Android.'),
  text('ax_ua_os_version', 'Version of the operating system.'),
];

const target: readonly Dimension[] = [
  text('target', 'Name of the target endpoint.'),
  text('target_basepath', "Path of the target's URL without its query string."),
  text('target_host', 'Host of the target.'),
  text('target_ip', 'Address of the target.'),
  integer('target_response_code', 'HTTP status that the target returned.'),
  text('target_url', 'Full URL of the target.'),
  text('x_apigee_grpc_service_name', 'gRPC service that was called.'),
  text('x_apigee_grpc_rpc_name', 'gRPC method that was called.'),
  text('x_apigee_grpc_status', 'gRPC status of the response.'),
];

const time: readonly Dimension[] = [
  timestampPart(
    'ax_day_of_week',
    'day_of_week',
    'Day of the week of the call in UTC or timeZone, Mon to Sun.',
  ),
  timestampPart('ax_month_of_year', 'month_of_year', 'Month of the call in UTC or timeZone, 01 to 12.'),
  timestampPart('ax_hour_of_day', 'hour_of_day', 'Hour of the call in UTC or timeZone, 00 to 23.'),
  timestampPart(
    'ax_week_of_month',
    'week_of_month',
    'Week of the month of the call in UTC or timeZone, 1 to 5; days 1 to 7 are week 1.',
  ),
  text('ax_geo_timezone', "Time zone of the client's location."),
];

const place: readonly Dimension[] = [
  text('ax_geo_city', 'City of the client.'),
  text('ax_geo_continent', 'Continent of the client, two letters.'),
  text('ax_geo_country', 'Country of the client, two letters.'),
  text('ax_geo_region', 'Region of the client, such as WA-US.'),
  text('ax_dn_region', 'Data center region that handled the call.'),
];

const monetization: readonly Dimension[] = [
  text('fees_type', 'Kind of fee: setup, recurring, prepaid top-up or refund.'),
  timestamp('created', 'Creation time of the transaction.'),
  timestamp('period_start', 'Start of the billing period.'),
  timestamp('period_end', 'End of the billing period.'),
  text('x_apigee_mintng_currency', 'Currency of the amounts.'),
  text('x_apigee_mintng_rate_plan_id', 'Rate plan under which the call was charged.'),
  text('x_apigee_mintng_tx_success', 'Whether the monetized transaction succeeded.'),
];

const edgeOnly: readonly Dimension[] = [
  text('gateway_source', 'Kind of gateway that recorded the call.'),
  text('ax_channel_id', 'Channel of the call.'),
];

export const apiDimensions: readonly Dimension[] = [
  ...core,
  ...cache,
  ...errors,
  ...client,
  ...target,
  ...time,
  ...place,
  ...monetization,
  ...edgeOnly,
];
