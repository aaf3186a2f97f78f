import type { Measure, Picture } from '../../plot/picture.ts';

/** Sharp on paper and on dense screens. */
const scale = 2;

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('unreachable: every supported browser draws on a canvas');
  return context;
}

function fontOf(sizePx: number, isBold: boolean): string {
  const { fontFamily } = getComputedStyle(document.body);
  return `${isBold ? '600 ' : ''}${sizePx}px ${fontFamily}`;
}

export function createMeasure(): Measure {
  const context = contextOf(document.createElement('canvas'));
  return (text, sizePx, isBold) => {
    context.font = fontOf(sizePx, isBold);
    return context.measureText(text).width;
  };
}

/** Draws a picture in the colours of the page, as PNG. `chart`: the canvas of the chart, if the picture has one. */
export function drawPicture(picture: Picture, chart: HTMLCanvasElement | null): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = picture.widthPx * scale;
  canvas.height = picture.heightPx * scale;
  const context = contextOf(canvas);
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  context.scale(scale, scale);
  context.fillStyle = colour('--surface');
  context.fillRect(0, 0, picture.widthPx, picture.heightPx);
  if (chart !== null && picture.chart !== null) {
    const { y, heightPx } = picture.chart;
    context.drawImage(chart, 24, y, picture.widthPx - 48, heightPx);
  }
  context.textBaseline = 'middle';
  for (const mark of picture.marks) {
    context.fillStyle = colour(mark.colour);
    if (mark.kind === 'box') {
      context.globalAlpha = mark.opacity;
      context.fillRect(mark.x, mark.y, mark.widthPx, mark.heightPx);
      context.globalAlpha = 1;
    } else {
      context.font = fontOf(mark.sizePx, mark.isBold);
      context.textAlign = mark.align;
      context.fillText(mark.text, mark.x, mark.y);
    }
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('the picture is too large for the browser'));
      else resolve(blob);
    }, 'image/png');
  });
}
