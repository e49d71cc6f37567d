// What the visitor takes away: the view as a picture, the window as numbers.

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function fileName(signal, view, ending) {
  const safe = signal.name.replace(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^[._]+|[._]+$/g, "").slice(0, 80) || "ecg";
  return `${safe}_${formatTime(view.startS, 1).replaceAll(":", "-")}_${view.windowS.toFixed(1)}s.${ending}`;
}

/** The samples in the window as CSV text: time_s from the start of the record, one column of mV a lead; gaps are empty. */
function windowCsv(signal, view) {
  const from = Math.max(0, Math.ceil(view.startS * signal.fs - 1e-6));
  const to = Math.min(signal.nSamples, Math.ceil((view.startS + view.windowS) * signal.fs - 1e-6));
  const safe = (name) => (/^\s*[=+\-@]/.test(name) ? `'${name}` : name); // no spreadsheet takes a lead for a formula
  const quote = (name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const lines = [["time_s", ...signal.leads.map((lead) => quote(safe(`${lead.name}_mV`)))].join(",")];
  for (let i = from; i < to; i++) {
    const values = signal.leads.map((lead) => {
      const mv = lead.mv(i);
      return Number.isNaN(mv) ? "" : String(Math.round(mv * 1e5) / 1e5);
    });
    lines.push([(i / signal.fs).toFixed(5), ...values].join(","));
  }
  return lines.join("\n") + "\n";
}

/** The view as a PNG on its own ground, with a title and what it is not. */
async function viewPng(trace, width = 1400) {
  const { signal, labels, view, colours } = trace;
  const scale = 2;
  const geometry = layOut(width - 48, signal, labels, view, trace.gain, trace.paperHeight);
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = (geometry.height + 92) * scale;
  const ctx = canvas.getContext("2d");
  ctx.scale(scale, scale);
  ctx.fillStyle = colours.background;
  ctx.fillRect(0, 0, width, canvas.height);
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = colours.text;
  ctx.font = `600 17px ${colours.font}`;
  const end = Math.min(view.startS + view.windowS, signal.durationS);
  const leads = signal.leads.map((lead) => lead.name).join(", ");
  ctx.fillText(`${labels.text.title}   ${leads}   ${formatTime(view.startS, 1)} – ${formatTime(end, 1)}`, 24, 32);
  ctx.save();
  ctx.translate(24, 48);
  paintTrace(ctx, trace, geometry, new Grid(), scale);
  ctx.restore();
  ctx.font = `12px ${colours.font}`;
  ctx.fillStyle = colours.muted;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(`${scaleText(geometry)}   ${labels.text.not_a_device}`, 24, geometry.height + 74);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

async function savePng(trace) {
  download(await viewPng(trace), fileName(trace.signal, trace.view, "png"));
}

async function saveCsv(trace) {
  const { signal, view, pieces, speaker, labels } = trace; // the visitor may move on while the samples come
  if (await pieces.fetch(view)) {
    download(new Blob([windowCsv(signal, view)], { type: "text/csv" }), fileName(signal, view, "csv"));
  } else speaker.say(fill(labels.text.too_long, { minutes: pieces.mostMinutes }));
}
