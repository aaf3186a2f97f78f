import type { OrganizationUsage, UserUsage } from '@hourglass/contract';
import { useSearchParams } from 'wouter';
import { organizationPathOf, pathOf, type Place } from '../../api/environments.ts';
import { useResource } from '../../api/resource.ts';
import { ChoiceButtons } from '../../parts/choice-buttons.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { formatBytes, formatCount } from '../../text/quantities.ts';
import { tokenName } from '../../parts/token-name.ts';
import { useTexts } from '../../text/texts.tsx';
import { CountedHint } from './counted-hint.tsx';
import { sumsEveryMs } from './intervals.ts';
import { useThisHour } from './use-this-hour.ts';

const days = ['1', '7', '30'] as const;
const dayMs = 86_400_000;

interface UsersSectionProps {
  readonly place: Place;
  /** Whether the organization is shown with its tokens, instead of the environment. */
  readonly isAdministrator: boolean;
}

/** The use by each user within the last days. */
export function UsersSection({ place, isAdministrator }: UsersSectionProps) {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const chosen = days.find((one) => one === search.get('days')) ?? '30';
  const thisHourMs = useThisHour();
  const from = new Date(thisHourMs - Number(chosen) * dayMs).toISOString();
  const path = isAdministrator
    ? `${organizationPathOf(place.organization)}/usage`
    : `${pathOf(place)}/usage/users`;
  const { data, error } = useResource<UserUsage & Partial<OrganizationUsage>>(`${path}?from=${from}`, {
    everyMs: sumsEveryMs,
  });
  const choose = (value: string) =>
    setSearch(
      (current) => {
        const next = new URLSearchParams(current);
        next.set('days', value);
        return next;
      },
      { replace: true },
    );
  return (
    <section className="stack" aria-labelledby="users">
      <div className="section-head">
        <h2 id="users">{t('usage.users')}</h2>
        <ChoiceButtons
          label={t('usage.days')}
          choices={days.map((one) => [one, t(`usage.days.${one}`)])}
          chosen={chosen}
          onChoose={choose}
        />
      </div>
      <p className="hint">{t(isAdministrator ? 'usage.usersEverywhere' : 'usage.usersHere')}</p>
      {error !== null && data === undefined && <Failure error={error} />}
      {data?.users.length === 0 && <p className="hint">{t('usage.noUse')}</p>}
      {data !== undefined && data.users.length > 0 && <UserTable users={data.users} />}
      {data?.tokens !== undefined && data.tokens.length > 0 && <TokenTable tokens={data.tokens} />}
      {data !== undefined && <CountedHint counted={data} />}
    </section>
  );
}

type UserRow = UserUsage['users'][number] & { readonly environment?: string };
type TokenRow = OrganizationUsage['tokens'][number];

function UserTable({ users }: { readonly users: readonly UserRow[] }) {
  const { t, tag } = useTexts();
  const amounts = useAmounts();
  const hasEnvironments = users.some(({ environment }) => environment !== undefined);
  return (
    <ListTable
      label={t('usage.users')}
      items={users}
      keyOf={({ environment, user }) => `${environment} ${user}`}
      columns={[
        { label: t('usage.user'), renderCell: ({ user }) => user ?? t('usage.unknownUser') },
        ...(hasEnvironments
          ? [{ label: t('frame.environment'), renderCell: ({ environment }: UserRow) => environment }]
          : []),
        {
          label: t('usage.queries'),
          renderCell: ({ submissions, shared, failed }) => (
            <>
              {formatCount(submissions, tag)}
              {shared > 0 && <span className="sub">{t('usage.shared', { count: shared })}</span>}
              {failed > 0 && <span className="sub">{t('usage.failed', { count: failed })}</span>}
            </>
          ),
        },
        ...amounts,
      ]}
    />
  );
}

function TokenTable({ tokens }: { readonly tokens: readonly TokenRow[] }) {
  const { t, tag } = useTexts();
  const amounts = useAmounts();
  return (
    <>
      <h3>{t('usage.tokens')}</h3>
      <p className="hint">{t('usage.tokensHint')}</p>
      <ListTable
        label={t('usage.tokens')}
        items={tokens}
        keyOf={({ environment, token }) => `${environment} ${token}`}
        columns={[
          {
            label: t('usage.token'),
            renderCell: ({ token, description, user }) => (
              <>
                {tokenName(description, t) ?? <code>{token}</code>}
                <span className="sub">{user}</span>
              </>
            ),
          },
          { label: t('frame.environment'), renderCell: ({ environment }) => environment },
          { label: t('usage.queries'), renderCell: ({ submissions }) => formatCount(submissions, tag) },
          ...amounts,
        ]}
      />
    </>
  );
}

type Amounts = Pick<TokenRow, 'scannedFacts' | 'resultBytes' | 'batches' | 'ingestedFacts'>;

/** The columns that users and tokens have. */
function useAmounts() {
  const { t, tag } = useTexts();
  return [
    { label: t('usage.scanned'), renderCell: ({ scannedFacts }: Amounts) => formatCount(scannedFacts, tag) },
    { label: t('usage.resultSize'), renderCell: ({ resultBytes }: Amounts) => formatBytes(resultBytes, tag) },
    {
      label: t('usage.ingested'),
      renderCell: ({ ingestedFacts, batches }: Amounts) => (
        <>
          {formatCount(ingestedFacts, tag)}
          {batches > 0 && (
            <span className="sub">
              {t('usage.batches', { count: batches, shown: formatCount(batches, tag) })}
            </span>
          )}
        </>
      ),
    },
  ];
}
