// Painting the labels: the rows of beats above the paper, the rhythms below it.

/** The shape of a class about (x, y); `size` is half of its height. */
function tracePath(ctx, shape, x, y, size) {
  ctx.beginPath();
  if (shape === "circle") ctx.arc(x, y, size * 0.9, 0, 7);
  else if (shape === "square") ctx.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7);
  else if (shape === "star") polygon(ctx, corners(5, x, y, size * 1.25, size * 0.5));
  else if (shape === "pentagon") polygon(ctx, corners(5, x, y, size * 1.1));
  else if (shape === "x") {
    const [a, b] = [size * 0.35, size * 1.05];
    polygon(ctx, [[0, -a], [b - a, -b], [b, a - b], [a, 0], [b, b - a], [b - a, b], [0, a], [a - b, b], [-b, b - a], [-a, 0], [-b, a - b], [a - b, -b]]
      .flatMap(([dx, dy]) => [x + dx, y + dy]));
  } else if (shape === "diamond") polygon(ctx, [x, y - size * 1.15, x + size * 1.15, y, x, y + size * 1.15, x - size * 1.15, y]);
  else {
    const up = shape === "triangle-up" ? 1 : -1;
    polygon(ctx, [x, y - up * size, x + size * 1.05, y + up * size * 0.8, x - size * 1.05, y + up * size * 0.8]);
  }
}

/** Corners of a regular shape with one at the top; with `inner` those of a star. */
function corners(n, x, y, outer, inner = null) {
  const count = inner === null ? n : 2 * n;
  return Array.from({ length: count }, (_, k) => {
    const radius = inner !== null && k % 2 ? inner : outer;
    const angle = (2 * Math.PI * k) / count - Math.PI / 2;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  }).flat();
}

function polygon(ctx, points) {
  ctx.moveTo(points[0], points[1]);
  for (let k = 2; k < points.length; k += 2) ctx.lineTo(points[k], points[k + 1]);
  ctx.closePath();
}

/** One row of beat labels: mark and letter, marks alone where beats are close, columns where they are closer still. */
function paintRow(ctx, row, r, signal, geometry, view, colours, { state, ringed }) {
  const { paper } = geometry;
  const from = Math.max(0, lowerBound(row.sample, view.startS * signal.fs) - 1);
  const to = Math.min(row.length, lowerBound(row.sample, (view.startS + view.windowS) * signal.fs) + 1);
  const pitch = paper.w / Math.max(1, to - from - 2);
  const y = r * ROW + ROW / 2 + 1;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const pass of pitch < 9 ? [0, 1] : [0]) {
    for (let i = from; i < to; i++) {
      const symbol = row.symbol(i);
      const x = geometry.xOf(row.sample[i] / signal.fs);
      if (symbol === "+" || x < paper.x - 0.5 || x > paper.x + paper.w + 0.5) continue;
      const known = state(r, row.sample[i]);
      if (known === "hidden") continue;
      const colour = colours.classes[symbol];
      if (pitch < 9) {
        if (pass === (symbol === "N" ? 1 : 0)) continue;
        ctx.fillStyle = known === "pending" ? colours.muted : (colours.inks[symbol] ?? colours.other);
        ctx.fillRect(Math.round(x), y - 7, Math.max(1, Math.min(3, pitch * 0.6)), 14);
        if (pitch > 4 && ringed(r, i)) ring(ctx, x + 1, y, 5, colours);
        continue;
      }
      const differs = ringed(r, i);
      const size = pitch < 16 ? 3.4 : 4.4;
      const letter = pitch >= 24;
      const markX = letter ? x - 6 : x;
      if (known === "pending") {
        ctx.strokeStyle = colours.muted;
        ctx.lineWidth = 1.2;
        ctx.beginPath();
        ctx.arc(x, y, 3, 0, 7);
        ctx.stroke();
        continue;
      }
      if (colour) {
        tracePath(ctx, colours.marks[symbol], markX, y, size);
        if (row.unsure(i)) {
          ctx.strokeStyle = colours.inks[symbol];
          ctx.lineWidth = 1.6;
        } else {
          ctx.fillStyle = colour;
          ctx.fill();
          ctx.strokeStyle = colours.inks[symbol];
          ctx.lineWidth = 1;
        }
        ctx.stroke();
      }
      if (differs) ring(ctx, markX, y, size + 3.6, colours);
      if ((letter && hasRoom(row, i, x, signal, geometry)) || !colour) {
        ctx.font = `${colour && symbol !== "N" ? 600 : 400} 12px ${colours.font}`;
        ctx.fillStyle = colour ? colours.text : colours.otherText;
        if (colour) ctx.fillText(row.unsure(i) ? `${symbol}?` : symbol, markX + size + (differs ? 7 : 4), y + 0.5);
        else {
          ctx.textAlign = "center";
          ctx.fillText(symbol, x, y + 0.5);
          ctx.textAlign = "left";
        }
      }
    }
  }
}

/** Whether a letter behind its mark ends before the next mark. */
function hasRoom(row, i, x, signal, geometry) {
  let next = i + 1;
  while (next < row.length && row.symbol(next) === "+") next++;
  return next >= row.length || geometry.xOf(row.sample[next] / signal.fs) - x >= (row.unsure(i) ? 28 : 22);
}

function ring(ctx, x, y, radius, colours) {
  ctx.strokeStyle = colours.text;
  ctx.lineWidth = 1.4;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 7);
  ctx.stroke();
}

/** The rhythms as a band under the paper; each name stays in view for as long as its rhythm does. */
function paintRhythms(ctx, labels, signal, geometry, view, colours, untilS) {
  const { sample, text } = labels.rhythms;
  const { paper, rhythmY } = geometry;
  const end = Math.min(view.startS + view.windowS, untilS);
  const first = Math.max(0, labels.rhythmAt(view.startS * signal.fs));
  ctx.font = `11px ${colours.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (let i = first; i < text.length && sample[i] / signal.fs < end; i++) {
    const left = Math.max(paper.x, geometry.xOf(sample[i] / signal.fs));
    const stop = i + 1 < text.length ? sample[i + 1] / signal.fs : signal.durationS;
    const right = Math.min(paper.x + paper.w, geometry.xOf(Math.min(stop, end)));
    if (right - left < 2 || !text[i].trim()) continue;
    ctx.fillStyle = text[i].startsWith("(N") ? colours.band : colours.bandStrong;
    ctx.fillRect(left, rhythmY + 3, right - left - 1, RHYTHM - 5);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, rhythmY, right - left - 2, RHYTHM);
    ctx.clip();
    ctx.fillStyle = colours.text;
    if (right - left > 26) ctx.fillText(labels.rhythmName(i), left + 5, rhythmY + RHYTHM / 2 + 1);
    ctx.restore();
  }
}
