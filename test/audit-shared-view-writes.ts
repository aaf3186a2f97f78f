import type { AuditedWrite } from './audit-writes.ts';

/** The life of a shared view of a report that exists. */
export function sharedViewWrites(canary: (what: string) => string): readonly AuditedWrite[] {
  return [
    {
      operation: 'createSharedView',
      path: ({ prod }) => `${prod}/sharedViews`,
      body: ({ report }) => ({
        ...{ report, title: canary('view') },
        filter: `(apiproxy eq '${canary('pinned')}')`,
      }),
      action: 'shared_view.create',
      keep: ({ id, url }: { id: string; url: string }, ids, secret) => {
        Object.assign(ids, { sharedView: id, viewSecret: secret(new URL(url).hash.slice(1)) });
      },
    },
    {
      operation: 'runSharedView',
      path: ({ sharedView }) => `/v1/shared/${sharedView}:run`,
      action: 'query.submit',
      by: ({ viewSecret }) => ({ email: null, authorization: `Bearer ${viewSecret}`, actor: 'link' }),
    },
    {
      operation: 'deleteSharedView',
      path: ({ prod, sharedView }) => `${prod}/sharedViews/${sharedView}`,
      action: 'shared_view.delete',
    },
  ];
}
