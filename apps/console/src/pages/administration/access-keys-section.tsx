import type { AccessKeyView, CreatedAccessKey } from '@hourglass/contract';
import { useState } from 'react';
import { pathOf } from '../../api/environments.ts';
import { useResource, useWrite } from '../../api/resource.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { InputField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { WriteForm } from '../../parts/write-form.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { SectionProps } from './administration-page.tsx';
import { lifetimeSeconds } from './roles.ts';
import { LifetimeField } from './tokens-section.tsx';

/** The keys that sign requests for orders, of the environment. */
export function AccessKeysSection({ place }: Pick<SectionProps, 'place'>) {
  const { t } = useTexts();
  const date = useDates();
  const path = `${pathOf(place)}/accessKeys`;
  const { data, error } = useResource<{ readonly accessKeys: readonly AccessKeyView[] }>(path);
  const write = useWrite(path);
  if (error !== null && data === undefined) return <Failure error={error} />;
  return (
    <>
      <NewAccessKey path={path} />
      {data?.accessKeys.length === 0 && <p className="hint">{t('keys.none', { name: place.environment })}</p>}
      {data !== undefined && data.accessKeys.length > 0 && (
        <ListTable
          label={t('admin.keys')}
          items={data.accessKeys}
          keyOf={({ accesskeyId }) => accesskeyId}
          columns={[
            {
              label: t('keys.id'),
              renderCell: ({ accesskeyId, description }) => (
                <>
                  <code>{accesskeyId}</code>
                  <span className="sub">{description}</span>
                </>
              ),
            },
            { label: t('admin.state'), renderCell: ({ disabled }) => t(disabled ? 'admin.off' : 'admin.on') },
            { label: t('admin.created'), renderCell: ({ created }) => date(created) },
            {
              label: t('admin.expires'),
              renderCell: ({ expires }) => (expires === null ? t('lifetime.never') : date(expires)),
            },
          ]}
          renderActions={({ accesskeyId: name, disabled }) => (
            <ActButton
              label={t(disabled ? 'admin.enable' : 'admin.disable')}
              labelOf={t(disabled ? 'admin.enableOf' : 'admin.disableOf', { name })}
              onAct={() => write(`${path}/${name}`, { method: 'PATCH', body: { disabled: !disabled } })}
            />
          )}
        />
      )}
    </>
  );
}

function NewAccessKey({ path }: { readonly path: string }) {
  const { t } = useTexts();
  const write = useWrite(path);
  const [description, setDescription] = useState('');
  const [lifetime, setLifetime] = useState('365');
  const [made, setMade] = useState<CreatedAccessKey | null>(null);
  const create = async () => {
    const expiresInSeconds = lifetimeSeconds(lifetime);
    const body = {
      ...(description === '' ? {} : { description }),
      ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
    };
    setMade(await write<CreatedAccessKey>(path, { method: 'POST', body }));
    setDescription('');
  };
  return (
    <>
      {made !== null && (
        <SecretOnce
          title={t('keys.secret', { name: made.accesskeyId })}
          secret={made.secret}
          onClose={() => setMade(null)}
        />
      )}
      <WriteForm title={t('keys.new')} submit={t('keys.create')} onWrite={create}>
        <InputField
          label={t('tokens.description')}
          hint={t('tokens.descriptionHint')}
          value={description}
          onValue={setDescription}
        />
        <LifetimeField lifetime={lifetime} onLifetime={setLifetime} />
      </WriteForm>
    </>
  );
}
