import { manifestKey, type ManifestKey } from '@hourglass/contract';
import { openRoute, type OpenRoute } from '../http/route.ts';

/** `GET /v1/manifest-key`: the public key that the manifests of results are verified with. */
export function getManifestKeyRoute(readKey: () => Promise<ManifestKey>): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/v1/manifest-key',
    operation: {
      id: 'getManifestKey',
      tag: 'Queries',
      summary: 'The public key that signs the manifests of results',
    },
    responses: { 200: { description: 'The key.', json: manifestKey } },
    async handle({ response }) {
      response.json(await readKey());
    },
  });
}
