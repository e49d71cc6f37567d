// Pointer, wheel, touch and keys. Each moves the view of the trace that it is given; none knows how to paint.

const CLICK_PX = { mouse: 5, touch: 10 };
const KEY_STEP = 0.1; // of the window, for an arrow key

/** Listen on the trace's own elements; all listeners end with `signal`. */
function listen(trace, signal) {
  const surface = trace.parts.surface;
  const on = (target, type, handler, options = {}) => target.addEventListener(type, handler, { signal, ...options });
  listenPointers(trace, surface, on);
  listenWheel(trace, surface, on);
  listenOverview(trace, on);
  on(surface, "dblclick", () => trace.resetWindow());
  on(surface, "keydown", (event) => takeKey(trace, event));
  on(window, "keydown", (event) => {
    if (trace.signal && trace.editor.isOn && !takesLetters(event)) takeKey(trace, event, (e) => trace.editor.key(e));
  }, { capture: true });
}

const TAKE_LETTERS = "input, textarea, select, canvas, [contenteditable], dialog, [role=combobox], [role=listbox], [role=dialog], [role=menu]";

/** Whether what has the focus does something with letters itself. Labels are set from everywhere else, as from a button. */
const takesLetters = (event) => Boolean(event.composedPath()[0].closest?.(TAKE_LETTERS));

/** Let a key do what it does here, and nothing else: Streamlit has keys of its own. */
function takeKey(trace, event, act = (e) => onKey(trace, e)) {
  if (!act(event)) return;
  event.preventDefault();
  event.stopPropagation();
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
    } else if (trace.calipers.on) trace.calipers.start(at, event.pointerType, event.altKey);
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
    } else if (trace.calipers.on) trace.calipers.stretch(at, event.pointerType, event.altKey);
    else if (pan) {
      pan.moved ||= Math.hypot(at.x - pan.at.x, at.y - pan.at.y) > (CLICK_PX[event.pointerType] ?? CLICK_PX.mouse);
      if (pan.moved) {
        surface.dataset.dragging = "true";
        trace.moveTo(pan.startS - (at.x - pan.at.x) / trace.geometry.pxPerS);
      }
    }
  });
  const release = (event) => {
    if (!held.delete(event.pointerId)) return;
    delete surface.dataset.dragging;
    if (event.type === "pointerup" && pan && !pan.moved) {
      trace.hover(place(event)); // a finger points only where it taps
      trace.beats.pick(place(event), event.pointerType);
    }
    if (event.type === "pointercancel" && trace.calipers.on) trace.calipers.cancel();
    pinch = null;
    pan = held.size === 1 && !trace.calipers.on ? { ...beginPan([...held.values()][0]), moved: true } : null;
    if (held.size === 0) trace.hold(false);
  };
  on(surface, "pointerup", release);
  on(surface, "pointercancel", release);
  on(surface, "pointerleave", (event) => {
    if (event.pointerType !== "touch") trace.hover(null);
  });
  // While an end of the calipers is held, a finger may go up and down; elsewhere it scrolls the page.
  on(surface, "touchstart", (event) => {
    const [finger] = event.touches;
    const x = finger.clientX - surface.getBoundingClientRect().left;
    if (trace.calipers.on && event.touches.length === 1 && trace.calipers.endAt(x, "touch") >= 0) event.preventDefault();
  }, { passive: false });
}

/** The wheel is the page's. With Ctrl, as two fingers on a trackpad send it, it zooms about the pointer; sideways it moves. */
function listenWheel(trace, surface, on) {
  on(surface, "wheel", (event) => {
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 300 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const zooms = event.ctrlKey || event.metaKey;
    const moves = event.shiftKey || Math.abs(dx) > Math.abs(dy);
    if (!zooms && !moves) return;
    event.preventDefault();
    if (zooms) {
      const x = event.clientX - surface.getBoundingClientRect().left;
      const strength = Math.abs(dy) < 50 ? 0.01 : 0.002; // fingers send small steps, a wheel of a mouse large ones
      trace.zoom(Math.exp(Math.min(Math.max(dy * strength, -0.7), 0.7)), trace.geometry.timeAt(x));
    } else trace.moveTo(trace.view.startS + (dx || dy) / trace.geometry.pxPerS);
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
    trace.point(timeAt(event));
  });
  on(strip, "pointerleave", () => trace.point(null));
  for (const type of ["pointerup", "pointercancel"]) {
    on(strip, type, () => {
      grip = null;
      trace.hold(false);
    });
  }
  on(strip, "keydown", (event) => takeKey(trace, event));
}

/** Do what a key asks for; true where it was one of ours. */
function onKey(trace, event) {
  if (trace.editor.key(event) || trace.calipers.key(event)) return true;
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
    b: () => trace.beats.walk(1),
    B: () => trace.beats.walk(-1),
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
