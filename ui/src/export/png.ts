/** A picture of the charts of a card, with all that a slide has to say of them, at twice the size of the screen. */
import { wrapped } from './wrapped.ts';

const scale = 2;
const padding = 16;
const lineHeight = 18;
/** What style sheets decide and a picture has to carry with it. */
const presentation = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
];

/** What stands around the charts. */
export interface Caption {
  title: string;
  /** The sentence of the card; may be empty. */
  finding: string;
  /** Which rows these are: period, filters, time of the data. */
  basis: string;
}

export async function pictureOf(body: HTMLElement, caption: Caption): Promise<Blob> {
  const charts = [...body.querySelectorAll<SVGSVGElement>('svg.chart')];
  const frame = body.getBoundingClientRect();
  const style = getComputedStyle(body);
  const fitting = (size: number) => (text: string) => widthOf(text, `${size}px ${style.fontFamily}`);
  const lines = wrapped(caption.finding, frame.width, fitting(13));
  const foot = wrapped(caption.basis, frame.width, fitting(11));
  const legend = body.closest('.card')?.querySelector<HTMLElement>('.legend') ?? null;
  const keys = padding + 28 + lines.length * lineHeight;
  const head = keys + (legend ? legend.getBoundingClientRect().height + 6 : 0);
  const boxes = charts.map((chart) => chart.getBoundingClientRect());
  const top = Math.min(...boxes.map((box) => box.top));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  const width = Math.ceil(frame.width) + 2 * padding;
  const below = Math.ceil(head + bottom - top) + padding;
  const height = below + foot.length * lineHeight + padding / 2;
  const picture = element('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  });
  const text = { x: padding, fill: style.color, 'font-family': style.fontFamily };
  const written = (all: readonly string[], y: number, size: number) =>
    all.map((line, at) => element('text', { ...text, y: y + at * lineHeight, 'font-size': size }, line));
  picture.append(
    element('rect', { width, height, fill: surface(body) }),
    element('text', { ...text, y: padding + 14, 'font-size': 16, 'font-weight': 600 }, caption.title),
    ...written(lines, padding + 38, 13),
    ...written(foot, below + 12, 11),
  );
  if (legend) picture.append(...legendOf(legend, keys));
  charts.forEach((chart, at) => {
    const box = boxes[at];
    if (box) picture.append(placed(chart, box, padding + box.left - frame.left, head + box.top - top));
  });
  return drawn(picture, width, height);
}

/** Pixels that a text takes. */
function widthOf(text: string, font: string): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 7;
  context.font = font;
  return context.measureText(text).width;
}

/** The shapes of a legend with their words, where they stand on the screen. */
function legendOf(legend: HTMLElement, y: number): SVGElement[] {
  const corner = legend.getBoundingClientRect();
  const { color, fontFamily, fontSize } = getComputedStyle(legend);
  const items = [...legend.querySelectorAll('li')];
  const free = corner.right - Math.max(...items.map((item) => item.getBoundingClientRect().right));
  const left = Math.max(0, Math.min(padding, free));
  return items.flatMap((item) => {
    const shape = item.querySelector('svg');
    if (!shape) return [];
    const box = shape.getBoundingClientRect();
    const x = left + box.left - corner.left;
    const at = y + box.top - corner.top;
    const text = { x: x + box.width + 6, y: at + 10, fill: color, 'font-family': fontFamily };
    return [
      placed(shape, box, x, at),
      element('text', { ...text, 'font-size': fontSize }, item.textContent ?? ''),
    ];
  });
}

function placed(shape: SVGSVGElement, box: DOMRect, x: number, y: number): SVGSVGElement {
  const copy = withStyles(shape);
  const place = { x, y, width: box.width, height: box.height };
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(value));
  return copy;
}

async function drawn(picture: SVGElement, width: number, height: number): Promise<Blob> {
  const source = new Blob([new XMLSerializer().serializeToString(picture)], { type: 'image/svg+xml' });
  const address = URL.createObjectURL(source);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the canvas is empty'))), 'image/png');
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

function withStyles(chart: SVGSVGElement): SVGSVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const copies = copy.querySelectorAll('*');
  chart.querySelectorAll('*').forEach((original, at) => {
    const style = getComputedStyle(original);
    const target = copies[at];
    for (const name of presentation) target?.setAttribute(name, style.getPropertyValue(name));
    target?.removeAttribute('class');
  });
  return copy;
}

function surface(body: HTMLElement): string {
  return getComputedStyle(body.closest('.card') ?? body).backgroundColor;
}

function element(name: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}
