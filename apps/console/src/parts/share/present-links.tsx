import type { Place } from '../../api/environments.ts';
import { useDeleteSharedView, useSharedViews } from '../../api/shared-views.ts';
import { useTexts } from '../../text/texts.tsx';
import { ConfirmButton } from '../confirm-button.tsx';
import { useDates } from '../use-dates.ts';
import { isOf, type SharedThing } from './shared-thing.ts';

interface PresentLinksProps {
  readonly place: Place;
  readonly thing: SharedThing;
}

/** The links to a result or a report that have not ended, to revoke them. */
export function PresentLinks({ place, thing }: PresentLinksProps) {
  const { t } = useTexts();
  const date = useDates();
  const { data } = useSharedViews(place);
  const remove = useDeleteSharedView(place);
  const links = data?.sharedViews.filter((view) => isOf(view, thing)) ?? [];
  if (links.length === 0) return null;
  return (
    <section aria-label={t('share.present')}>
      <h3>{t('share.present')}</h3>
      <ul className="share-links">
        {links.map((link) => {
          const time = date(link.expires);
          return (
            <li key={link.id}>
              <span>
                {link.title ?? t('shared.untitled')}
                <span className="sub">
                  {t('shared.until', { time })} · {link.madeBy}
                </span>
                {link.filter !== undefined && <code>{link.filter}</code>}
              </span>
              <ConfirmButton
                label={t('share.revoke')}
                labelOf={t('share.revokeOf', { time })}
                title={t('share.revokeTitle')}
                text={t('share.revokeText')}
                onConfirm={() => remove.mutateAsync(link.id)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
