/**
 * Query parameters that Apigee X's generated clients add to any request. They are tolerated everywhere and mean
 * nothing, but for `alt=json`, which makes `resultRows` a text; the ones that look like credentials are never taken for any.
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
