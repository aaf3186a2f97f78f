import { changeText, numberTexts } from '../../plot/number-text.ts';
import type { BarPlot } from '../../plot/prepare-plot.ts';
import { useTexts } from '../../text/texts.tsx';

export function Bars({ plot: { bars, max, unit } }: { readonly plot: BarPlot }) {
  const { tag } = useTexts();
  const { plain, exact } = numberTexts(tag, unit);
  return (
    <ol className="bars">
      {bars.map(({ name, value, exact: digits, change }, index) => (
        <li key={index}>
          <span className="bar-name" title={name}>
            {name}
          </span>
          <span className="bar-line" aria-hidden="true">
            <span
              className={value < 0 ? 'bar-length negative' : 'bar-length'}
              style={{ width: `${(Math.abs(value) / max) * 100}%` }}
            />
          </span>
          <span className="bar-value" title={exact(digits)}>
            {plain(value)}
            {change !== null && <span className="sub">{changeText(tag, change)}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
