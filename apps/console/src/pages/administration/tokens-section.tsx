import type { CreatedToken, SessionView, TokenView } from '@hourglass/contract';
import { useState } from 'react';
import { organizationPathOf, useEnvironments } from '../../api/environments.ts';
import { useResource, useWrite } from '../../api/resource.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { tokenName } from '../../parts/token-name.ts';
import { useDates } from '../../parts/use-dates.ts';
import { WriteForm } from '../../parts/write-form.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { SectionProps } from './administration-page.tsx';
import { grantableScopes, lifetimes, lifetimeSeconds, type Scope } from './roles.ts';

/** The tokens of the organization. */
export function TokensSection({ place, session }: SectionProps) {
  const { t } = useTexts();
  const date = useDates();
  const path = `${organizationPathOf(place.organization)}/tokens`;
  const { data, error } = useResource<{ readonly tokens: readonly TokenView[] }>(path);
  const write = useWrite(path);
  if (error !== null && data === undefined) return <Failure error={error} />;
  return (
    <>
      <NewToken path={path} session={session} />
      <ListTable
        label={t('admin.tokens')}
        items={data?.tokens ?? []}
        keyOf={({ id }) => id}
        columns={[
          { label: t('tokens.name'), renderCell: (token) => <TokenName token={token} /> },
          { label: t('tokens.scopes'), renderCell: ({ scopes }) => scopes.join(', ') },
          {
            label: t('frame.environment'),
            renderCell: ({ environment }) => environment ?? t('tokens.everywhere'),
          },
          {
            label: t('admin.expires'),
            renderCell: ({ expires }) => (expires === null ? t('lifetime.never') : date(expires)),
          },
          { label: t('tokens.lastUsed'), renderCell: ({ lastUsed }) => date(lastUsed) },
        ]}
        renderActions={(token) => (
          <ConfirmButton
            label={t('tokens.revoke')}
            labelOf={t('tokens.revokeOf', { name: tokenName(token.description, t) ?? token.id })}
            title={t('tokens.revokeTitle')}
            text={t('tokens.revokeText', {
              name: tokenName(token.description, t) ?? token.id,
              email: token.email,
            })}
            onConfirm={() => write(`${path}/${token.id}`, { method: 'DELETE' })}
          />
        )}
      />
    </>
  );
}

function TokenName({ token: { id, description, email } }: { readonly token: TokenView }) {
  const { t } = useTexts();
  return (
    <>
      {tokenName(description, t) ?? <code>{id}</code>}
      <span className="sub">{email}</span>
    </>
  );
}

function NewToken({ path, session }: { readonly path: string; readonly session: SessionView }) {
  const { t } = useTexts();
  const write = useWrite(path);
  const environments = useEnvironments(session.organization) ?? [];
  const [form, setForm] = useState({ description: '', environment: '', lifetime: '90' });
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [made, setMade] = useState<CreatedToken | null>(null);
  const { description, environment, lifetime } = form;
  const create = async () => {
    const expiresInSeconds = lifetimeSeconds(lifetime);
    const body = {
      scopes,
      ...(description === '' ? {} : { description }),
      ...(environment === '' ? {} : { environment }),
      ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
    };
    setMade(await write<CreatedToken>(path, { method: 'POST', body }));
    setForm({ ...form, description: '' });
  };
  return (
    <>
      {made !== null && (
        <SecretOnce title={t('tokens.secret')} secret={made.token} onClose={() => setMade(null)} />
      )}
      <WriteForm title={t('tokens.new')} submit={t('tokens.create')} onWrite={create}>
        <InputField
          label={t('tokens.description')}
          hint={t('tokens.descriptionHint')}
          value={description}
          onValue={(text) => setForm({ ...form, description: text })}
        />
        <ScopeFields session={session} scopes={scopes} onScopes={setScopes} />
        <SelectField
          label={t('frame.environment')}
          value={environment}
          options={[['', t('tokens.everywhere')], ...environments.map((name) => [name, name] as const)]}
          onValue={(name) => setForm({ ...form, environment: name })}
        />
        <LifetimeField lifetime={lifetime} onLifetime={(name) => setForm({ ...form, lifetime: name })} />
      </WriteForm>
    </>
  );
}

interface ScopeFieldsProps {
  readonly session: SessionView;
  readonly scopes: readonly Scope[];
  readonly onScopes: (scopes: readonly Scope[]) => void;
}

function ScopeFields({ session, scopes, onScopes }: ScopeFieldsProps) {
  const { t } = useTexts();
  return (
    <fieldset className="field scopes">
      <legend className="legend">{t('tokens.scopes')}</legend>
      {grantableScopes(session).map((scope) => (
        <div key={scope} className="scope">
          <input
            id={`scope-${scope}`}
            type="checkbox"
            checked={scopes.includes(scope)}
            onChange={({ target }) =>
              onScopes(target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
            }
          />
          <label htmlFor={`scope-${scope}`}>
            <code>{scope}</code> <span className="hint">{t(`scope.${scope}`)}</span>
          </label>
        </div>
      ))}
    </fieldset>
  );
}

/** How long a token or key is valid. */
export function LifetimeField({
  lifetime,
  onLifetime,
}: {
  readonly lifetime: string;
  readonly onLifetime: (lifetime: string) => void;
}) {
  const { t } = useTexts();
  return (
    <SelectField
      label={t('lifetime.label')}
      value={lifetime}
      options={lifetimes.map((name) => [name, t(`lifetime.${name}`)])}
      onValue={onLifetime}
    />
  );
}
