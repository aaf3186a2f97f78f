import type { Place } from '../../api/environments.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTexts } from '../../text/texts.tsx';
import { ManifestFacts } from './manifest-facts.tsx';
import { useVerification, type Verification } from './use-verification.ts';

interface ManifestPanelProps {
  readonly place: Place;
  readonly id: string;
}

/** Where the result came from, and whether its bytes are those that were signed. Computed on request, as it reads the archive. */
export function ManifestPanel({ place, id }: ManifestPanelProps) {
  const { t } = useTexts();
  const { state, start, cancel } = useVerification(place, id);
  // Browsers offer WebCrypto over HTTPS and to this machine only.
  const canVerify = window.isSecureContext;
  return (
    <section className="card stack" aria-labelledby="manifest">
      <h2 id="manifest">{t('manifest.title')}</h2>
      <p className="hint">{t('manifest.hint')}</p>
      {canVerify ? (
        <p className="buttons">
          <button type="button" className="button" disabled={state.kind === 'reading'} onClick={start}>
            {t('manifest.verify')}
          </button>
        </p>
      ) : (
        <p>{t('manifest.insecure')}</p>
      )}
      <Outcome state={state} onCancel={cancel} />
      {(!canVerify || state.kind === 'missing') && (
        <CopyText text={`hourglass download --org ${place.organization} --env ${place.environment} ${id}`} />
      )}
      {!canVerify && <CopyText text="hourglass verify result.zip" />}
    </section>
  );
}

function Outcome({ state, onCancel }: { readonly state: Verification; readonly onCancel: () => void }) {
  const { t } = useTexts();
  switch (state.kind) {
    case 'idle':
      return null;
    case 'missing':
      return <p role="status">{t('manifest.missing')}</p>;
    case 'failed':
      return <Failure error={state.error} />;
    case 'damaged':
      return (
        <p className="failure" role="alert">
          {t('manifest.damaged', { problem: state.problem })}
        </p>
      );
    case 'reading':
    case 'done':
      return (
        <>
          {state.kind === 'reading' && (
            <div className="progress-line">
              <span role="status">{t('manifest.reading')}</span>
              <progress max={1} value={state.fraction} aria-label={t('manifest.reading')} />
              <button type="button" className="button small" onClick={onCancel}>
                {t('download.cancel')}
              </button>
            </div>
          )}
          {state.kind === 'done' && <Verdicts state={state} />}
          {state.manifest !== null && <ManifestFacts manifest={state.manifest} verdicts={state.parts} />}
        </>
      );
    default:
      return state satisfies never;
  }
}

function Verdicts({ state }: { readonly state: Extract<Verification, { kind: 'done' }> }) {
  const { t } = useTexts();
  const { signature, hasSameParts, parts } = state;
  const areSame = hasSameParts && parts.every((verdict) => verdict === 'verified');
  if (!areSame || signature === 'differs')
    return (
      <p className="failure" role="alert">
        ✕ {t(areSame ? 'manifest.wrongSignature' : 'manifest.differs')}
      </p>
    );
  return (
    <p className="verified" role="status">
      ✓ {t(signature === 'verified' ? 'manifest.verified' : 'manifest.unsigned')}
    </p>
  );
}
