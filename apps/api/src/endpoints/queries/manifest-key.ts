import { manifestKey, type ManifestKey } from '@hourglass/contract';
import { openRoute, type OpenRoute } from '../../http/route.ts';

/** `GET /v1/manifest-key`: the public key that verifies the manifests of results. */
export function getManifestKeyRoute(readKey: () => Promise<ManifestKey>): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/v1/manifest-key',
    operation: {
      id: 'getManifestKey',
      tag: 'Queries',
      summary: 'Get the public key that verifies the manifests of results',
    },
    responses: { 200: { description: 'The public key.', json: manifestKey } },
    handle: async ({ response }) => void response.json(await readKey()),
  });
}
