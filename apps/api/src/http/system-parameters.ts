/**
 * Query parameters that Apigee X's generated clients add to any request. They are accepted without
 * effect, except `alt=json`, which makes `resultRows` a string. Those that look like credentials
 * never authenticate.
 */
export const systemParameters: ReadonlySet<string> = new Set([
  '$.xgafv',
  'access_token',
  'alt',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_protocol',
]);
