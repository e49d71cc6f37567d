// Pointer, wheel, touch and keys. Each moves the view of the trace that it is given; none knows how to paint.

const CLICK_PX = 5;
const KEY_STEP = 0.1; // of the window, for an arrow key

/** Listen on the trace's own elements; all listeners end with `signal`. */
function listen(trace, signal) {
  const surface = trace.parts.surface;
  const on = (target, type, handler, options = {}) => target.addEventListener(type, handler, { signal, ...options });
  listenPointers(trace, surface, on);
  listenWheel(trace, surface, on);
  listenOverview(trace, on);
  on(surface, "dblclick", () => trace.resetWindow());
  on(surface, "keydown", (event) => {
    if (onKey(trace, event)) event.preventDefault();
  });
}

function listenPointers(trace, surface, on) {
  const held = new Map(); // pointer id -> last position
  let pan = null; // where a drag began
  let pinch = null;
  const place = (event) => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const beginPan = (at) => ({ at, startS: trace.view.startS, moved: false });
  on(surface, "pointerdown", (event) => {
    if (event.button > 0) return;
    const at = place(event);
    surface.setPointerCapture(event.pointerId);
    held.set(event.pointerId, at);
    trace.hold(true);
    if (held.size === 2) {
      const [a, b] = [...held.values()];
      pinch = { gap: Math.abs(a.x - b.x), time: trace.geometry.timeAt((a.x + b.x) / 2), windowS: trace.view.windowS };
      pan = null;
    } else if (trace.calipers.on) trace.calipers.start(at);
    else pan = beginPan(at);
  });
  on(surface, "pointermove", (event) => {
    const at = place(event);
    if (held.has(event.pointerId)) held.set(event.pointerId, at);
    else return trace.hover(at);
    if (pinch && held.size === 2) {
      const [a, b] = [...held.values()];
      const windowS = trace.clampWindow((pinch.windowS * Math.max(20, pinch.gap)) / Math.max(20, Math.abs(a.x - b.x)));
      const share = ((a.x + b.x) / 2 - trace.geometry.paper.x) / trace.geometry.paper.w;
      trace.moveTo(pinch.time - share * windowS, windowS);
    } else if (trace.calipers.on) trace.calipers.stretch(at);
    else if (pan) {
      pan.moved ||= Math.hypot(at.x - pan.at.x, at.y - pan.at.y) > CLICK_PX;
      if (pan.moved) {
        surface.dataset.dragging = "true";
        trace.moveTo(pan.startS - (at.x - pan.at.x) / trace.geometry.pxPerS);
      }
    }
  });
  const release = (event) => {
    if (!held.delete(event.pointerId)) return;
    delete surface.dataset.dragging;
    if (event.type === "pointerup" && pan && !pan.moved) trace.pick(place(event));
    pinch = null;
    pan = held.size === 1 && !trace.calipers.on ? { ...beginPan([...held.values()][0]), moved: true } : null;
    if (held.size === 0) trace.hold(false);
  };
  on(surface, "pointerup", release);
  on(surface, "pointercancel", release);
  on(surface, "pointerleave", () => trace.hover(null));
}

/** The wheel zooms about the pointer, unless it is already turning for the page and only came past. */
function listenWheel(trace, surface, on) {
  let elsewhere = -1000;
  on(window, "wheel", (event) => {
    if (!event.composedPath().includes(surface)) elsewhere = event.timeStamp;
  }, { capture: true, passive: true });
  on(surface, "wheel", (event) => {
    if (event.timeStamp - elsewhere < 350 && !event.ctrlKey) {
      elsewhere = event.timeStamp;
      return;
    }
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 300 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) {
      trace.moveTo(trace.view.startS + (dx || dy) / trace.geometry.pxPerS);
    } else {
      const x = event.clientX - surface.getBoundingClientRect().left;
      const strength = event.ctrlKey ? 0.01 : 0.0016;
      trace.zoom(Math.exp(Math.min(Math.max(dy * strength, -0.7), 0.7)), trace.geometry.timeAt(x));
    }
  }, { passive: false });
}

function listenOverview(trace, on) {
  const strip = trace.parts.overview;
  let grip = null; // seconds between the pointer and the window's start
  const timeAt = (event) => trace.picture.overview.timeAt(event.clientX - strip.getBoundingClientRect().left);
  on(strip, "pointerdown", (event) => {
    const { startS, windowS } = trace.view;
    const time = timeAt(event);
    strip.setPointerCapture(event.pointerId);
    const within = time >= startS && time <= startS + windowS;
    grip = within ? time - startS : windowS / 2;
    trace.hold(true);
    trace.moveTo(time - grip);
  });
  on(strip, "pointermove", (event) => {
    if (grip !== null) trace.moveTo(timeAt(event) - grip);
    strip.title = formatTime(Math.max(0, Math.min(timeAt(event), trace.signal.durationS)));
  });
  for (const type of ["pointerup", "pointercancel"]) {
    on(strip, type, () => {
      grip = null;
      trace.hold(false);
    });
  }
  on(strip, "keydown", (event) => {
    if (onKey(trace, event)) event.preventDefault();
  });
}

/** Do what a key asks for; true where it was one of ours. */
function onKey(trace, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { startS, windowS } = trace.view;
  const step = windowS * (event.shiftKey ? 5 * KEY_STEP : KEY_STEP);
  const actions = {
    ArrowLeft: () => trace.moveTo(startS - step),
    ArrowRight: () => trace.moveTo(startS + step),
    PageUp: () => trace.turnPage(-1),
    PageDown: () => trace.turnPage(1),
    Home: () => trace.moveTo(0),
    End: () => trace.moveTo(Infinity),
    "+": () => trace.zoom(1 / 1.5),
    "=": () => trace.zoom(1 / 1.5),
    "-": () => trace.zoom(1.5),
    0: () => trace.resetWindow(),
    n: () => trace.search.beat(1),
    p: () => trace.search.beat(-1),
    r: () => trace.search.rhythm(1),
    R: () => trace.search.rhythm(-1),
    c: () => trace.calipers.toggle(),
    g: () => trace.parts.goto.focus(),
    "?": () => trace.toggleHelp(),
    Escape: () => trace.escape(),
    " ": () => trace.monitor?.toggle(),
    ",": () => trace.monitor?.step(-1),
    ".": () => trace.monitor?.step(1),
  };
  const action = actions[event.key];
  action?.();
  return action !== undefined;
}
