import type { DeletedEnvironment } from '@hourglass/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { environmentsPathOf, pathOf, useEnvironments } from '../../api/environments.ts';
import { callApi } from '../../api/http.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { InputField } from '../../parts/controls.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { queriesPath } from '../../parts/paths.ts';
import { formatCount } from '../../text/quantities.ts';
import { WriteForm } from '../../parts/write-form.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { SectionProps } from './administration-page.tsx';

/** The environments of the organization. The one whose page this is cannot be deleted from it. */
export function EnvironmentsSection({ place }: Pick<SectionProps, 'place'>) {
  const { t } = useTexts();
  const environments = useEnvironments(place.organization) ?? [];
  return (
    <>
      <NewEnvironment organization={place.organization} />
      <ListTable
        label={t('admin.environments')}
        items={environments}
        keyOf={(name) => name}
        columns={[
          {
            label: t('environments.name'),
            renderCell: (name) => <Link href={queriesPath(name)}>{name}</Link>,
          },
        ]}
        renderActions={(name) =>
          name === place.environment ? (
            <span className="hint">{t('environments.current')}</span>
          ) : (
            <DeleteEnvironment organization={place.organization} name={name} />
          )
        }
      />
    </>
  );
}

/** Creates an environment, and shows it in every list. */
export function NewEnvironment({ organization }: { readonly organization: string }) {
  const { t } = useTexts();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const create = async () => {
    await callApi(environmentsPathOf(organization), { method: 'POST', body: { name } });
    setName('');
    await client.invalidateQueries({ queryKey: ['environments', organization] });
  };
  return (
    <WriteForm title={t('environments.new')} submit={t('environments.create')} onWrite={create}>
      <InputField
        label={t('environments.name')}
        hint={t('environments.nameHint')}
        required
        value={name}
        onValue={setName}
      />
    </WriteForm>
  );
}

function DeleteEnvironment({ organization, name }: { readonly organization: string; readonly name: string }) {
  const { t, tag } = useTexts();
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const path = pathOf({ organization, environment: name });
  const { data } = useQuery({
    queryKey: ['environment-contents', path],
    enabled: isAsked,
    gcTime: 0,
    queryFn: ({ signal }) => callApi<DeletedEnvironment>(`${path}?dryRun=true`, { method: 'DELETE', signal }),
  });
  const remove = async () => {
    await callApi(path, { method: 'DELETE' });
    await client.invalidateQueries({ queryKey: ['environments', organization] });
  };
  const count = (number: number) => formatCount(number, tag);
  return (
    <ConfirmButton
      label={t('admin.delete')}
      labelOf={t('admin.deleteOf', { name })}
      title={t('environments.deleteTitle', { name })}
      text={
        data === undefined
          ? t('environments.deleteText', { name })
          : t('environments.deleteCounted', {
              name,
              facts: count(data.facts),
              batches: count(data.batches),
              queries: count(data.queries),
            })
      }
      typedName={name}
      onOpen={() => setAsked(true)}
      onConfirm={remove}
    />
  );
}
