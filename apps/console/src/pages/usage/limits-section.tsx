import type { EnvironmentUsage } from '@hourglass/contract';
import { pathOf, type Place } from '../../api/environments.ts';
import { useResource } from '../../api/resource.ts';
import { Failure } from '../../parts/failure.tsx';
import { formatBytes, formatCount } from '../../text/quantities.ts';
import { useTexts } from '../../text/texts.tsx';
import { limitsEveryMs } from './intervals.ts';
import { prepareMeters, prepareStorage, renewalOf, type Meter } from './prepare-usage.ts';

/** The limits with their use, and the storage. */
export function LimitsSection({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const { data, error } = useResource<EnvironmentUsage>(`${pathOf(place)}/usage`, { everyMs: limitsEveryMs });
  if (error !== null && data === undefined) return <Failure error={error} />;
  if (data === undefined) return null;
  return (
    <>
      <section className="stack" aria-label={t('limits.title')}>
        <h2>{t('limits.title')}</h2>
        <div className="meters">
          {prepareMeters(data).map((meter) => (
            <MeterCard key={meter.name} meter={meter} usage={data} />
          ))}
        </div>
      </section>
      <StorageFigures usage={data} />
    </>
  );
}

function MeterCard({ meter, usage }: { readonly meter: Meter; readonly usage: EnvironmentUsage }) {
  const { t, tag } = useTexts();
  const { name, used, limit, share, left } = meter;
  const text = t('usage.of', { used: formatCount(used, tag), limit: formatCount(limit, tag) });
  return (
    <div className="card meter-card">
      <h3>{t(`usage.${name}`)}</h3>
      <p className="meter-text">{text}</p>
      <div
        className="meter"
        role="meter"
        aria-label={t(`usage.${name}`)}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={text}
      >
        <span
          className="meter-fill"
          data-full={left === 0 || undefined}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <p className="hint">
        {left === 0 ? <strong>{t('usage.full')}</strong> : t('usage.left', { left: formatCount(left, tag) })}
        <MeterDetail meter={meter} usage={usage} />
      </p>
    </div>
  );
}

function MeterDetail({
  meter: { name, left },
  usage,
}: {
  readonly meter: Meter;
  readonly usage: EnvironmentUsage;
}) {
  const { t, tag } = useTexts();
  if (name === 'activeQueries') {
    const { running, waiting } = usage.activeQueries;
    const parts = { running: formatCount(running, tag), waiting: formatCount(waiting, tag) };
    return <span className="meter-detail">{t('usage.activeParts', parts)}</span>;
  }
  const renewal = name === 'submissions' ? renewalOf(usage) : null;
  if (renewal === null) return null;
  const time = new Intl.DateTimeFormat(tag, { timeStyle: 'short' }).format(renewal);
  return (
    <span className="meter-detail">{t(left === 0 ? 'usage.renewsFull' : 'usage.renews', { time })}</span>
  );
}

function StorageFigures({ usage }: { readonly usage: EnvironmentUsage }) {
  const { t, tag } = useTexts();
  const { hotFacts, sealedFacts, segments, segmentBytes } = prepareStorage(usage);
  const { results } = usage;
  const figures = [
    [t('usage.hotFacts'), formatCount(hotFacts, tag)],
    [t('usage.sealedFacts'), formatCount(sealedFacts, tag)],
    [t('usage.segments'), formatCount(segments, tag)],
    [t('usage.segmentBytes'), formatBytes(segmentBytes, tag)],
    [t('usage.results'), formatCount(results.count, tag)],
    [t('usage.resultBytes'), formatBytes(results.bytes, tag)],
  ] as const;
  return (
    <section className="stack" aria-label={t('usage.storage')}>
      <h2>{t('usage.storage')}</h2>
      <dl className="figures card">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">{t('usage.noStorageLimit')}</p>
    </section>
  );
}
