// The colours of the page: Streamlit's theme as its elements inherit it.

const rgb = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);

/** Whether the ground of the page is dark: its ink is light. */
function isDark(element) {
  const [r, g, b] = rgb(getComputedStyle(element).color);
  return r * 0.3 + g * 0.6 + b * 0.1 > 128;
}

/** What a canvas needs to draw as the page around it does; `mix(share)` is its ink, so transparent. */
function readTheme(element) {
  const style = getComputedStyle(element);
  const ink = rgb(style.color).join();
  return {
    isDark: isDark(element),
    text: style.color,
    background: style.backgroundColor,
    accent: style.getPropertyValue("--st-primary-color").trim() || "#0072B2",
    font: style.fontFamily,
    mix: (share) => `rgba(${ink},${share})`,
  };
}
