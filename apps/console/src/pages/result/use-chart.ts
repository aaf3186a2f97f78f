import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';
import type uPlot from 'uplot';

/** Makes a chart in an element, and again when its content, the size or the colours of the page change. */
export function useChart(
  place: RefObject<HTMLElement | null>,
  make: (element: HTMLElement) => uPlot,
  content: readonly unknown[],
): RefObject<uPlot | null> {
  const chart = useRef<uPlot | null>(null);
  const draw = useEffectEvent(make);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const redraw = () => {
      chart.current?.destroy();
      chart.current = draw(element);
    };
    redraw();
    const sizes = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: chart.current.height }),
    );
    sizes.observe(element);
    // Colours are read when the chart is made.
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    scheme.addEventListener('change', redraw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      scheme.removeEventListener('change', redraw);
      chart.current?.destroy();
      chart.current = null;
    };
    // The content of the chart.
    // oxlint-disable-next-line react/exhaustive-deps
  }, content);
  return chart;
}
