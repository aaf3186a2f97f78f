// Apart from what draws, which is loaded with the first chart.

export const chartHeightPx = 320;

/** Room for half of the last label of the time axis. The overview ends with the chart. */
export const chartEndPx = 32;

/** The custom property with the colour of a series. */
export const seriesColour = (index: number) => `--series-${(index % 8) + 1}`;
