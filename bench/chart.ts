/** One picture of bars: a quantity of several sides, on an axis of its own. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
}

const WIDTH = 760;
const LEFT = 150;
const RIGHT = 90;
const BAR = 16;
const GAP = 6;
const HEAD = 30;
const FOOT = 40;

/** Bars from left to right, shorter or longer as the quantity has it; readable on light and dark pages. */
export function chart(panels: readonly Panel[]): string {
  let top = 8;
  const parts = panels.map((panel) => {
    const drawn = draw(panel, top);
    top += HEAD + panel.bars.length * (BAR + GAP) + FOOT;
    return drawn;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" role="img" aria-label="${panels.map(({ title }) => escape(title)).join("; ")}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .tick { fill: #57606a; font-size: 11px }
  .axis { stroke: #8c959f; stroke-width: 1 }
  .bar { fill: #8c959f }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .tick { fill: #9198a1 }
    .axis { stroke: #656c76 }
    .bar { fill: #656c76 }
    .ours { fill: #4493f8 }
  }
</style>
${parts.join("\n")}
</svg>
`;
}

function draw({ title, unit, bars }: Panel, top: number): string {
  const step = stepFor(Math.max(...bars.map(({ value }) => value)));
  const ticks = Math.ceil(Math.max(...bars.map(({ value }) => value)) / step);
  const scale = (WIDTH - LEFT - RIGHT) / (ticks * step);
  const bottom = top + HEAD + bars.length * (BAR + GAP);
  const rows = bars.map(({ label, value }, i) => {
    const y = top + HEAD + i * (BAR + GAP);
    const kind = label.startsWith("Assay") ? "bar ours" : "bar";
    return `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escape(label)}</text>
<rect class="${kind}" x="${LEFT}" y="${y}" width="${Math.max(1, value * scale).toFixed(1)}" height="${BAR}"/>
<text x="${(LEFT + value * scale + 6).toFixed(1)}" y="${y + 12}">${readable(value)}</text>`;
  });
  const marks = Array.from({ length: ticks + 1 }, (_, i) => {
    const x = (LEFT + i * step * scale).toFixed(1);
    return `<line class="axis" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}"/>
<text class="tick" x="${x}" y="${bottom + 17}" text-anchor="middle">${readable(i * step)}${i === ticks ? ` ${unit}` : ""}</text>`;
  });
  return `<text class="title" x="8" y="${top + 16}">${escape(title)}</text>
${rows.join("\n")}
<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>
${marks.join("\n")}`;
}

/** A round number, so that three to six of them reach the value. */
function stepFor(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [0.2, 0.25, 0.5, 1, 2].map((share) => share * power);
  return steps.find((step) => value / step <= 6) ?? power * 2;
}

function readable(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(2)));
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
