import type { WebhookEndpointView, WebhookEndpointWithSecret } from '@hourglass/contract';
import { useState } from 'react';
import { pathOf } from '../../api/environments.ts';
import { useResource, useWrite } from '../../api/resource.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { InputField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { WriteForm } from '../../parts/write-form.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { SectionProps } from './administration-page.tsx';
import { DeliveriesSection } from './deliveries-section.tsx';

/** The webhook endpoints of the environment, and the deliveries of one. */
export function WebhooksSection({ place }: Pick<SectionProps, 'place'>) {
  const { t } = useTexts();
  const path = `${pathOf(place)}/webhookEndpoints`;
  const { data, error } = useResource<{ readonly webhookEndpoints: readonly WebhookEndpointView[] }>(path);
  const [shown, setShown] = useState<string | null>(null);
  if (error !== null && data === undefined) return <Failure error={error} />;
  const endpoints = data?.webhookEndpoints ?? [];
  const endpoint = endpoints.find(({ id }) => id === shown);
  return (
    <>
      <NewWebhook path={path} />
      {data !== undefined && endpoints.length === 0 && (
        <p className="hint">{t('webhooks.none', { name: place.environment })}</p>
      )}
      {endpoints.length > 0 && (
        <EndpointTable path={path} endpoints={endpoints} onShow={(id) => setShown(id)} />
      )}
      {endpoint !== undefined && (
        <DeliveriesSection path={`${path}/${endpoint.id}`} name={endpoint.url} key={endpoint.id} />
      )}
    </>
  );
}

interface EndpointTableProps {
  readonly path: string;
  readonly endpoints: readonly WebhookEndpointView[];
  readonly onShow: (id: string) => void;
}

function EndpointTable({ path, endpoints, onShow }: EndpointTableProps) {
  const { t } = useTexts();
  return (
    <ListTable
      label={t('admin.webhooks')}
      items={endpoints}
      keyOf={({ id }) => id}
      columns={[
        {
          label: t('webhooks.url'),
          renderCell: ({ url, description }) => (
            <>
              {url}
              <span className="sub">{description}</span>
            </>
          ),
        },
        { label: t('admin.state'), renderCell: (endpoint) => <EndpointState endpoint={endpoint} /> },
        { label: t('webhooks.events'), renderCell: ({ events }) => events.join(', ') },
      ]}
      renderActions={(endpoint) => <EndpointActs path={path} endpoint={endpoint} onShow={onShow} />}
    />
  );
}

interface EndpointActsProps {
  readonly path: string;
  readonly endpoint: WebhookEndpointView;
  readonly onShow: (id: string) => void;
}

function EndpointActs({ path, endpoint: { id, url, enabled }, onShow }: EndpointActsProps) {
  const { t } = useTexts();
  const write = useWrite(path);
  const one = `${path}/${id}`;
  return (
    <>
      <button
        type="button"
        className="button small"
        aria-label={t('webhooks.deliveriesOf', { name: url })}
        onClick={() => onShow(id)}
      >
        {t('webhooks.deliveries')}
      </button>
      <ActButton
        label={t('webhooks.test')}
        labelOf={t('webhooks.testOf', { name: url })}
        onAct={async () => {
          await write(`${one}:test`, { method: 'POST' });
          onShow(id);
        }}
      />
      <ActButton
        label={t(enabled ? 'admin.disable' : 'admin.enable')}
        labelOf={t(enabled ? 'admin.disableOf' : 'admin.enableOf', { name: url })}
        onAct={() => write(one, { method: 'PATCH', body: { enabled: !enabled } })}
      />
      <ConfirmButton
        label={t('admin.delete')}
        labelOf={t('admin.deleteOf', { name: url })}
        title={t('webhooks.deleteTitle')}
        text={t('webhooks.deleteText', { name: url })}
        onConfirm={() => write(one, { method: 'DELETE' })}
      />
    </>
  );
}

function EndpointState({
  endpoint: { enabled, disabled, failingSince },
}: {
  readonly endpoint: WebhookEndpointView;
}) {
  const { t } = useTexts();
  const date = useDates();
  return (
    <>
      {t(enabled ? 'admin.on' : 'admin.off')}
      {disabled !== null && (
        <span className="reason">{t(`webhooks.${disabled.reason}`, { time: date(disabled.time) })}</span>
      )}
      {disabled === null && failingSince !== null && (
        <span className="reason">{t('webhooks.failingSince', { time: date(failingSince) })}</span>
      )}
    </>
  );
}

function NewWebhook({ path }: { readonly path: string }) {
  const { t } = useTexts();
  const write = useWrite(path);
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [made, setMade] = useState<WebhookEndpointWithSecret | null>(null);
  const create = async () => {
    const body = { url, ...(description === '' ? {} : { description }) };
    setMade(await write<WebhookEndpointWithSecret>(path, { method: 'POST', body }));
    setUrl('');
    setDescription('');
  };
  return (
    <>
      {made !== null && (
        <SecretOnce
          title={t('webhooks.secret', { name: made.url })}
          secret={made.secret}
          onClose={() => setMade(null)}
        />
      )}
      <WriteForm title={t('webhooks.new')} submit={t('webhooks.create')} onWrite={create}>
        <InputField label={t('webhooks.url')} type="url" required value={url} onValue={setUrl} />
        <InputField label={t('tokens.description')} value={description} onValue={setDescription} />
      </WriteForm>
    </>
  );
}
