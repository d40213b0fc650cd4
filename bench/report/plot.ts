// Draws a report as an SVG file: per metric a group of bars relative to LaneDB = 1 on a
// logarithmic scale, longer is better, with the measured figures beside the bars.

import { formatNumber } from './format-number.js';
import type { Report, Row } from './report.js';

const WIDTH = 980;
const LABEL_WIDTH = 230;
const FIGURE_WIDTH = 150;
const BAR_HEIGHT = 11;
const BAR_GAP = 2;
const GROUP_GAP = 14;
const TOP = 96;
const BOTTOM = 40;
const COLOURS = new Map([
  ['lanedb', '#0b6e4f'],
  ['lanedb-mapped', '#7cc6a4'],
  ['lmdb', '#d1495b'],
  ['classic-level', '#edae49'],
  ['better-sqlite3', '#5b7db1'],
  ['node-sqlite', '#8e7cc3'],
]);

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly colour?: string;
  readonly bold?: boolean;
  /** A white edge, so that it can be read across a line. */
  readonly halo?: boolean;
}

function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, anchor = 'start', colour = '#222', bold = false, halo = false } = style;
  const weight = bold ? ' font-weight="bold"' : '';
  const edge = halo ? ' paint-order="stroke" stroke="#fff" stroke-width="3"' : '';
  return (
    `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" ` +
    `fill="${colour}"${weight}${edge}>${escapeXml(content)}</text>`
  );
}

interface Bar {
  readonly engine: string;
  readonly score: number;
  readonly figure: string;
}

interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** Scores are relative to the first engine that has a value, so that 1 is LaneDB. */
function groupOf(row: Row, engines: readonly string[]): Group {
  const values = engines.flatMap((engine) => {
    const value = row.cells[engine]?.value ?? null;
    return value === null || value <= 0 ? [] : [{ engine, value }];
  });
  const base = values[0]?.value ?? 1;
  const bars = values.map(({ engine, value }) => ({
    engine,
    score: row.moreIsBetter ? value / base : base / value,
    figure: `${formatNumber(value)} ${row.unit}`,
  }));
  return { title: row.title, bars };
}

class Scale {
  readonly #low: number;
  readonly #high: number;
  readonly left = LABEL_WIDTH;
  readonly right = WIDTH - FIGURE_WIDTH;

  constructor(scores: readonly number[]) {
    this.#low = Math.floor(Math.log10(Math.min(0.1, ...scores)));
    this.#high = Math.max(0.5, Math.log10(Math.max(1, ...scores)));
  }

  x(score: number): number {
    const share = (Math.log10(score) - this.#low) / (this.#high - this.#low);
    return Math.round(this.left + share * (this.right - this.left));
  }

  /** 1 and the powers of ten in range. */
  get ticks(): number[] {
    const ticks: number[] = [];
    for (let power = this.#low; power <= this.#high; power++) ticks.push(10 ** power);
    return ticks;
  }
}

function drawGroup(group: Group, top: number, scale: Scale): string {
  const height = group.bars.length * (BAR_HEIGHT + BAR_GAP);
  const parts = [
    text(LABEL_WIDTH - 10, top + height / 2 + 4, group.title.trim(), { anchor: 'end' }),
  ];
  group.bars.forEach(({ engine, score, figure }, index) => {
    const y = top + index * (BAR_HEIGHT + BAR_GAP);
    const width = Math.max(1, scale.x(score) - scale.left);
    const colour = COLOURS.get(engine) ?? '#999';
    parts.push(
      `<rect x="${scale.left}" y="${y}" width="${width}" height="${BAR_HEIGHT}" fill="${colour}"/>`,
      text(scale.left + width + 5, y + BAR_HEIGHT - 2, figure, {
        size: 10,
        colour: '#555',
        halo: true,
      }),
    );
  });
  return parts.join('\n');
}

function drawHead(report: Report, engines: readonly string[]): string {
  const { cpu, cores, node, system, fileSystem, date, commit } = report.environment;
  const about = `${cpu}, ${cores} cores, ${system}, ${fileSystem}, Node ${node}`;
  const size = `${report.keys} records, ${report.rounds} round(s)`;
  const when = `${date.slice(0, 10)}, commit ${commit}, ${size}`;
  const parts = [
    text(16, 26, 'LaneDB benchmark: relative to LaneDB, log scale, longer is better', {
      size: 16,
      bold: true,
    }),
    text(16, 44, `${about}; ${when}`, { size: 10, colour: '#555' }),
  ];
  engines.forEach((engine, index) => {
    const x = 16 + index * 158;
    parts.push(`<rect x="${x}" y="56" width="12" height="12" fill="${COLOURS.get(engine)}"/>`);
    parts.push(text(x + 17, 66, engine));
  });
  return parts.join('\n');
}

function drawGrid(scale: Scale, height: number): string {
  return scale.ticks
    .map((tick) => {
      const x = scale.x(tick);
      const colour = tick === 1 ? '#888' : '#ddd';
      const ends = `x1="${x}" y1="${TOP - 10}" x2="${x}" y2="${height - BOTTOM}"`;
      const line = `<line ${ends} stroke="${colour}"/>`;
      const label = text(x, height - BOTTOM + 16, `${Number(tick.toPrecision(1))}x`, {
        size: 10,
        anchor: 'middle',
      });
      return line + label;
    })
    .join('\n');
}

export function drawPlot(report: Report): string {
  const engines = report.engines.filter(({ skipped }) => skipped === null).map(({ name }) => name);
  const groups = report.rows
    .filter((row) => !row.detail)
    .map((row) => groupOf(row, engines))
    .filter(({ bars }) => bars.length > 0);
  const scale = new Scale(groups.flatMap(({ bars }) => bars.map(({ score }) => score)));
  const drawn: string[] = [];
  let y = TOP;
  for (const group of groups) {
    drawn.push(drawGroup(group, y, scale));
    y += group.bars.length * (BAR_HEIGHT + BAR_GAP) + GROUP_GAP;
  }
  const height = y + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
      `viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif">`,
    `<rect x="0" y="0" width="${WIDTH}" height="${height}" fill="#fff"/>`,
    drawHead(report, engines),
    drawGrid(scale, height),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
