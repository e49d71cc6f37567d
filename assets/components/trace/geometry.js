// Where everything is on the trace, and how far apart the lines of its paper are.

const GUTTER = 58; // px left of the paper: lead names, the calibration pulse, names of the label rows
const ROW = 22; // px of one row of beat labels
const RHYTHM = 20;
const AXIS = 20;
const TIME_STEPS = [0.04, 0.2, 1, 5, 10, 60, 300, 600, 3600];
const LABEL_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 21600];
const MV_STEPS = [0.1, 0.5, 1, 5, 10, 50];
const GAINS = [20, 10, 5, 2.5, 1, 0.5, 0.1];

/** Where everything is, in CSS pixels, for a canvas of this width. */
function layOut(width, signal, labels, view, gain, height, leastHeight = 0) {
  const gutter = width < 520 ? 44 : GUTTER;
  const paperWidth = Math.max(40, width - gutter - 1);
  const mm = Math.max(paperWidth / 250, 2.4); // 25 mm/s in the 10 s window; a narrow screen gets less than 25 mm/s
  const n = signal.leads.length;
  const laneMm = n === 1 ? 60 : 45;
  const least = n <= 2 ? 120 : 64;
  const rowsHeight = labels.rows.length * ROW + (labels.rows.length ? 4 : 0);
  const rhythmHeight = labels.rhythms.text.length ? RHYTHM : 0;
  const usual = Math.min(Math.max(laneMm * mm, least), Math.max(least, 480 / n));
  const lane = height ? height / n : Math.max(usual, (leastHeight - rowsHeight - rhythmHeight - AXIS) / n);
  const mmPerMv = gain ?? fittingGain(signal, lane / mm);
  const pxPerMv = mmPerMv * mm;
  const boldPx = pxPerMv * gridSteps(MV_STEPS, pxPerMv, 10).bold;
  const paper = { x: gutter, y: rowsHeight, w: paperWidth, h: Math.round(lane * n) };
  return {
    width,
    height: paper.y + paper.h + rhythmHeight + AXIS,
    paper,
    mm,
    mmPerMv,
    pxPerMv,
    mmPerS: paperWidth / view.windowS / mm,
    pxPerS: paperWidth / view.windowS,
    rhythmY: paper.y + paper.h,
    axisY: paper.y + paper.h + rhythmHeight,
    // Each lead's zero lies on a bold line, as near to its share of the paper as that allows.
    zeroY: signal.leads.map((lead, i) => {
      const wanted = (i + 0.5) * lane + lead.centreMv * pxPerMv;
      return paper.y + Math.round(wanted / boldPx) * boldPx;
    }),
    laneY: signal.leads.map((_, i) => paper.y + i * lane),
    lane,
    xOf: (s) => gutter + ((s - view.startS) * paperWidth) / view.windowS,
    timeAt: (x) => view.startS + ((x - gutter) * view.windowS) / paperWidth,
  };
}

/** 10 mm/mV where every lead fits into its lane with it, else the largest gain that does. */
function fittingGain(signal, laneMm) {
  const span = Math.max(...signal.leads.map((lead) => lead.spanMv), 0.1);
  const room = signal.leads.length <= 2 ? 1.1 : 0.85; // many lanes are low, and a zero may lie off its lane's middle
  return GAINS.find((gain) => gain <= 10 && gain * span <= laneMm * room) ?? GAINS.at(-1);
}

function gridSteps(steps, pxPerUnit, boldPx) {
  const at = steps.findIndex((step) => step * pxPerUnit >= boldPx);
  const k = Math.max(1, at < 0 ? steps.length - 1 : at);
  return { bold: steps[k], fine: steps[k - 1] * pxPerUnit >= 2.6 ? steps[k - 1] : null };
}
