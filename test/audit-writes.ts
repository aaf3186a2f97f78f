import { sharedViewWrites } from './audit-shared-view-writes.ts';
import { codeOfStep, fromBase32, stepAt } from '@hourglass/testing';

/** Values of earlier responses, by names that later writes use. */
export type Ids = Record<string, string>;

export interface AuditedWrite {
  /** Operation id in the OpenAPI document. */
  readonly operation: string;
  readonly path: (ids: Ids) => string;
  readonly query?: string;
  readonly body?: (ids: Ids) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly action: string;
  /** Actions of what it ends as well, before its own. */
  readonly ended?: readonly string[];
  /** The caller. Default: the user and token of the system. */
  readonly by?: (ids: Ids) => {
    /** Null: the bearer of a link. */
    readonly email: string | null;
    readonly authorization?: string;
    readonly actor?: 'user' | 'link';
  };
  /** Reads what later writes need, and what must not be in the audit log. */
  readonly keep?: (body: never, ids: Ids, secret: (text: string) => string) => void;
}

/** One call of every operation that writes, in an order in which all succeed. */
export function auditedWrites(canary: (what: string) => string): readonly AuditedWrite[] {
  return [
    ...accountWrites(canary),
    ...environmentWrites(canary),
    ...queryWrites(canary),
    ...lastWrites(canary),
  ];
}

const query = { dimensions: ['apiproxy'], timeRange: 'last60minutes' };

function accountWrites(canary: (what: string) => string): readonly AuditedWrite[] {
  return [
    {
      operation: 'createOrganization',
      path: () => '/v1/organizations',
      body: ({ created }) => ({
        name: created,
        administrator: { email: `a@${created}.example`, password: canary('administrator') },
      }),
      action: 'organization.create',
      keep: ({ token }: { token: string }, _ids, secret) => void secret(token),
    },
    {
      operation: 'changeCeilings',
      path: ({ created }) => `/v1/organizations/${created}/ceilings`,
      body: () => ({ queriesPerHour: 100 }),
      action: 'organization.ceilings',
    },
    {
      operation: 'suspendOrganization',
      path: ({ created }) => `/v1/organizations/${created}:suspend`,
      action: 'organization.suspend',
    },
    {
      operation: 'resumeOrganization',
      path: ({ created }) => `/v1/organizations/${created}:resume`,
      action: 'organization.resume',
    },
    {
      operation: 'deleteOrganization',
      path: ({ created }) => `/v1/organizations/${created}`,
      action: 'organization.delete',
    },
    {
      operation: 'createUser',
      path: ({ own }) => `${own}/users`,
      body: ({ email }) => ({ email, role: 'member' }),
      action: 'user.create',
      keep: ({ password }: { password: string }, ids, secret) => {
        ids['userPassword'] = secret(password);
      },
    },
    ...secondFactorWrites(),
    {
      operation: 'changeUser',
      path: ({ own, email }) => `${own}/users/${email}`,
      body: () => ({ password: canary('changed') }),
      action: 'user.change',
      // The two sign-ins with a second factor.
      ended: ['token.delete', 'token.delete'],
    },
    {
      operation: 'createToken',
      path: ({ own }) => `${own}/tokens`,
      body: ({ email }) => ({ email, scopes: ['read'], description: canary('description') }),
      action: 'token.create',
      keep: ({ token, id }: { token: string; id: string }, ids, secret) => {
        secret(token);
        ids['tokenId'] = id;
      },
    },
    {
      operation: 'deleteToken',
      path: ({ own, tokenId }) => `${own}/tokens/${tokenId}`,
      action: 'token.delete',
    },
    { operation: 'deleteUser', path: ({ own, email }) => `${own}/users/${email}`, action: 'user.delete' },
    {
      operation: 'putExchangeRates',
      path: ({ own }) => `${own}/exchangeRates`,
      body: () => [{ day: '2017-06-01', currency: 'USD', targetCurrency: 'EUR', rate: '0.8642097531' }],
      action: 'organization.exchange_rates',
    },
  ];
}

function environmentWrites(canary: (what: string) => string): readonly AuditedWrite[] {
  return [
    {
      operation: 'createEnvironment',
      path: ({ own }) => `${own}/environments`,
      body: () => ({ name: 'audited' }),
      action: 'environment.create',
    },
    {
      operation: 'replaceHostnames',
      path: ({ prod }) => `${prod}/hostnames`,
      body: ({ hostname }) => ({ hostnames: [hostname] }),
      action: 'environment.hostnames',
    },
    {
      operation: 'changeLimits',
      path: ({ prod }) => `${prod}/limits`,
      body: () => ({ queriesPerHour: 1000 }),
      action: 'environment.limits',
    },
    {
      operation: 'changeRetention',
      path: ({ own }) => `${own}/environments/audited/retention`,
      body: () => ({ retentionDays: 30 }),
      action: 'environment.retention',
    },
    {
      operation: 'declareCustomField',
      path: ({ prod }) => `${prod}/customFields`,
      body: () => ({ name: 'dc_audited', type: 'STRING', description: canary('field') }),
      action: 'custom_field.create',
    },
    {
      operation: 'createDataCollector',
      path: ({ own }) => `${own}/datacollectors`,
      body: () => ({ name: 'dc_collected', type: 'STRING', description: canary('collector') }),
      action: 'data_collector.create',
    },
    {
      operation: 'deleteDataCollector',
      path: ({ own }) => `${own}/datacollectors/dc_collected`,
      action: 'data_collector.delete',
    },
    {
      operation: 'changeCustomFields',
      path: ({ prod }) => `${prod}/customFields`,
      body: () => ({ undeclaredFields: 'ignore' }),
      action: 'environment.undeclared_fields',
    },
    {
      operation: 'createAccessKey',
      path: ({ prod }) => `${prod}/accessKeys`,
      body: () => ({ description: canary('key') }),
      action: 'access_key.create',
      keep: ({ secret: text, accesskeyId }: { secret: string; accesskeyId: string }, ids, secret) => {
        secret(text);
        ids['accessKeyId'] = accesskeyId;
      },
    },
    {
      operation: 'changeAccessKey',
      path: ({ prod, accessKeyId }) => `${prod}/accessKeys/${accessKeyId}`,
      body: () => ({ disabled: true }),
      action: 'access_key.change',
    },
    {
      operation: 'postFacts',
      path: ({ prod }) => `${prod}/facts/api`,
      headers: { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'audited' },
      body: () => ({
        timestamp: '2026-01-01T00:00:00Z',
        apiproxy: canary('fact'),
        client_id: canary('client'),
        dc_audited: canary('custom'),
      }),
      action: 'facts.ingest',
    },
    {
      operation: 'deleteBatch',
      path: ({ prod }) => `${prod}/batches/audited`,
      action: 'batch.delete',
    },
    {
      operation: 'deleteFacts',
      path: ({ prod }) => `${prod}/facts/api`,
      query: 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
      action: 'facts.delete',
    },
    {
      operation: 'deleteCustomField',
      path: ({ prod }) => `${prod}/customFields/dc_audited`,
      action: 'custom_field.delete',
    },
    {
      operation: 'deleteEnvironment',
      path: ({ own }) => `${own}/environments/audited`,
      action: 'environment.delete',
    },
  ];
}

function queryWrites(canary: (what: string) => string): readonly AuditedWrite[] {
  const keep = ({ self }: { self: string }, ids: Ids) => {
    ids['queryId'] = self.slice(self.lastIndexOf('/') + 1);
  };
  return [
    {
      operation: 'submitQuery',
      path: ({ prod }) => `${prod}/queries`,
      headers: { 'Idempotency-Key': canary('idempotency') },
      body: () => ({ ...query, filter: `(apiproxy eq '${canary('constant')}')`, name: canary('label') }),
      action: 'query.submit',
      keep,
    },
    {
      operation: 'cancelQuery',
      path: ({ prod, queryId }) => `${prod}/queries/${queryId}:cancel`,
      action: 'query.cancel',
    },
    {
      operation: 'submitQuery',
      path: ({ prod }) => `${prod}/queries`,
      body: () => query,
      action: 'query.submit',
      keep,
    },
    {
      operation: 'deleteQuery',
      path: ({ prod, queryId }) => `${prod}/queries/${queryId}`,
      action: 'query.cancel',
    },
    ...['cancelHostQuery', 'deleteHostQuery'].flatMap((operation): AuditedWrite[] => [
      {
        operation: 'submitHostQuery',
        path: ({ own }) => `${own}/hostQueries`,
        body: ({ hostname }) => ({ ...query, envgroupHostname: hostname }),
        action: 'query.submit',
        keep,
      },
      {
        operation,
        path: ({ own, queryId }) =>
          `${own}/hostQueries/${queryId}${operation === 'cancelHostQuery' ? ':cancel' : ''}`,
        action: 'query.cancel',
      },
    ]),
    {
      operation: 'createReport',
      path: ({ own }) => `${own}/reports`,
      body: () => ({ displayName: canary('report'), query }),
      action: 'report.create',
      keep: ({ name }: { name: string }, ids) => {
        ids['report'] = name;
      },
    },
    ...sharedViewWrites(canary),
    {
      operation: 'replaceReport',
      path: ({ own, report }) => `${own}/reports/${report}`,
      body: () => ({ displayName: canary('replaced'), dimensions: ['apiproxy'] }),
      action: 'report.change',
    },
    {
      operation: 'runReport',
      path: ({ prod, report }) => `${prod}/reports/${report}:run`,
      body: () => ({ timeRange: 'last60minutes', filter: `(apiproxy eq '${canary('override')}')` }),
      action: 'query.submit',
    },
    {
      operation: 'createSchedule',
      path: ({ prod }) => `${prod}/schedules`,
      body: ({ report }) => ({
        ...{ displayName: canary('schedule'), report, cron: '0 0 29 2 *' },
        overrides: { timeRange: 'lastWeek', filter: `(apiproxy eq '${canary('scheduled')}')` },
      }),
      action: 'schedule.create',
      keep: ({ id }: { id: string }, ids) => {
        ids['schedule'] = id;
      },
    },
    {
      operation: 'runSchedule',
      path: ({ prod, schedule }) => `${prod}/schedules/${schedule}:run`,
      action: 'query.submit',
    },
    {
      operation: 'changeSchedule',
      path: ({ prod, schedule }) => `${prod}/schedules/${schedule}`,
      body: () => ({ displayName: canary('renamed schedule'), enabled: false }),
      action: 'schedule.change',
    },
    {
      operation: 'deleteSchedule',
      path: ({ prod, schedule }) => `${prod}/schedules/${schedule}`,
      action: 'schedule.delete',
    },
    {
      operation: 'deleteReport',
      path: ({ own, report }) => `${own}/reports/${report}`,
      action: 'report.delete',
    },
    ...webhookWrites(canary),
    {
      operation: 'createQueryDelivery',
      path: ({ prod, deliveredId }) => `${prod}/queries/${deliveredId}/deliveries`,
      body: () => ({
        kind: 's3',
        bucket: 'theirs',
        endpoint: 'https://localhost/',
        accessKeyId: 'key',
        secretAccessKey: canary('bucket'),
      }),
      action: 'delivery.create',
    },
    {
      operation: 'submitMintReport',
      path: ({ organization }) => `/v1/mint/organizations/${organization}/async-reports`,
      body: () => ({
        fromDate: '2017-06-01 00:00:00',
        toDate: '2017-06-30 00:00:00',
        productIds: [canary('product')],
      }),
      action: 'query.submit',
    },
  ];
}

/** The name of the receiver is that of this machine, which is refused when a worker connects. */
function webhookWrites(canary: (what: string) => string): readonly AuditedWrite[] {
  const path = ({ prod, endpoint }: Ids) => `${prod}/webhookEndpoints/${endpoint}`;
  const keep = ({ secret: text }: { secret: string }, _ids: Ids, secret: (text: string) => string) =>
    void secret(text);
  return [
    {
      operation: 'createWebhookEndpoint',
      path: ({ prod }) => `${prod}/webhookEndpoints`,
      body: () => ({ url: `https://localhost/${canary('webhook')}` }),
      action: 'webhook.create',
      keep: (body: { secret: string; id: string }, ids, secret) => {
        keep(body, ids, secret);
        ids['endpoint'] = body.id;
      },
    },
    {
      operation: 'changeWebhookEndpoint',
      path,
      body: () => ({ url: `https://localhost/${canary('moved')}` }),
      action: 'webhook.change',
    },
    {
      operation: 'rotateWebhookSecret',
      path: (ids) => `${path(ids)}:rotateSecret`,
      action: 'webhook.rotate_secret',
      keep,
    },
    {
      operation: 'testWebhookEndpoint',
      path: (ids) => `${path(ids)}:test`,
      action: 'webhook.test',
    },
    {
      operation: 'replayWebhookDeliveries',
      path: (ids) => `${path(ids)}:replay`,
      body: () => ({ from: '2026-01-01T00:00:00Z' }),
      action: 'webhook.replay',
    },
    {
      operation: 'replayWebhookDelivery',
      path: ({ prod, endedEndpoint, endedDelivery }) =>
        `${prod}/webhookEndpoints/${endedEndpoint}/deliveries/${endedDelivery}:replay`,
      action: 'webhook.replay',
    },
    { operation: 'deleteWebhookEndpoint', path, action: 'webhook.delete' },
  ];
}

/** The new user signs in and has a second factor, which the caller removes at last. */
function secondFactorWrites(): readonly AuditedWrite[] {
  const path = ({ own, email }: Ids) => `${own}/users/${email}/secondFactor`;
  const by = ({ email = '', userToken = '' }: Ids) => ({ email, authorization: `Bearer ${userToken}` });
  /** The code of the step in which the secret was made, or of a later one. */
  const code = ({ totpSecret = '', step }: Ids, distance: number) =>
    codeOfStep(fromBase32(totpSecret), Number(step) + distance);
  const start: AuditedWrite = {
    operation: 'startSecondFactor',
    path,
    by,
    body: ({ userPassword }) => ({ password: userPassword }),
    action: 'second_factor.start',
    keep: ({ secret: text }: { secret: string }, ids, secret) => {
      ids['totpSecret'] = secret(text);
      ids['step'] = String(stepAt(Date.now()));
    },
  };
  return [
    {
      operation: 'signIn',
      path: () => '/v1/signIn',
      by: ({ email = '' }) => ({ email, actor: 'user' }),
      body: ({ email, userPassword }) => ({ email, password: userPassword }),
      action: 'token.create',
      keep: ({ token }: { token: string }, ids, secret) => {
        ids['userToken'] = secret(token);
      },
    },
    {
      operation: 'beginSession',
      path: () => '/v1/session',
      by: ({ email = '' }) => ({ email, actor: 'user' }),
      body: ({ email, userPassword }) => ({ email, password: userPassword }),
      action: 'token.create',
    },
    { operation: 'beginSessionWithToken', path: () => '/v1/session', by, action: 'token.create' },
    start,
    {
      operation: 'confirmSecondFactor',
      path: (ids) => `${path(ids)}:confirm`,
      by,
      body: (ids) => ({ code: code(ids, 0) }),
      action: 'second_factor.confirm',
      keep: ({ recoveryCodes }: { recoveryCodes: string[] }, _ids, secret) => {
        for (const one of recoveryCodes) secret(one);
      },
    },
    {
      operation: 'removeOwnSecondFactor',
      path: (ids) => `${path(ids)}:remove`,
      by,
      body: (ids) => ({ password: ids['userPassword'], code: code(ids, 1) }),
      action: 'second_factor.remove',
    },
    start,
    { operation: 'removeSecondFactor', path, action: 'second_factor.remove' },
    { operation: 'endSession', path: () => '/v1/session', by, action: 'token.delete' },
  ];
}

/** They end links, and the password of the user. */
function lastWrites(canary: (what: string) => string): readonly AuditedWrite[] {
  return [
    {
      operation: 'revokeResultLink',
      path: ({ own, linkId }) => `${own}/resultLinks/${linkId}`,
      action: 'link.revoke',
    },
    {
      operation: 'revokeResultLinks',
      path: ({ own }) => `${own}/resultLinks`,
      query: 'all=true',
      action: 'link.revoke',
    },
    { operation: 'rotateResultLinkKey', path: () => '/v1/operator/resultLinkKey', action: 'link.rotate_key' },
    {
      operation: 'changeOwnPassword',
      path: ({ own, me }) => `${own}/users/${me}/password`,
      body: ({ password }) => ({ currentPassword: password, password: canary('own') }),
      action: 'user.change',
    },
  ];
}
