import type { Manifest } from '../../archive/manifest.ts';
import type { Verdict } from '../../archive/verify.ts';
import { useTexts } from '../../text/texts.tsx';

interface ManifestFactsProps {
  readonly manifest: Manifest;
  /** The outcomes for the parts that were read, in their order. */
  readonly verdicts: readonly Verdict[];
}

export function ManifestFacts({ manifest, verdicts }: ManifestFactsProps) {
  const { t, tag } = useTexts();
  const time = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'long' });
  const { queryId, snapshot, rows, hourglassVersion, engine, keyId } = manifest;
  const facts = [
    [t('manifest.query'), queryId],
    [t('manifest.snapshot'), time.format(new Date(snapshot.takenAt))],
    [t('manifest.rows'), new Intl.NumberFormat(tag).format(rows)],
    [t('manifest.engine'), `Hourglass ${hourglassVersion}, ${engine.name} ${engine.version}`],
    [t('manifest.key'), keyId],
  ];
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <PartsTable manifest={manifest} verdicts={verdicts} />
    </>
  );
}

function PartsTable({ manifest: { parts }, verdicts }: ManifestFactsProps) {
  const { t, tag } = useTexts();
  const count = new Intl.NumberFormat(tag);
  return (
    <div className="heat-scroller" tabIndex={0} role="region" aria-label={t('manifest.parts')}>
      <table className="parts-table">
        <thead>
          <tr>
            <th scope="col">{t('manifest.part')}</th>
            <th scope="col" className="number">
              {t('manifest.rows')}
            </th>
            <th scope="col">SHA-256</th>
            <th scope="col">{t('manifest.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ name, rows, sha256 }, index) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{count.format(rows)}</td>
              <td>
                <code title={sha256}>{sha256.slice(0, 16)}…</code>
              </td>
              <td>{t(`manifest.verdict.${verdicts[index] ?? 'unknown'}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
