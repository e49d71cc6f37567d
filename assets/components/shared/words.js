// Words and numbers as the figures write them.

/** Put values into a template of the catalogue; a name without a value stays. */
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** A number with so many decimals, a true minus, and no minus before a zero. */
function fixed(value, digits = 2) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** A number as a factor or a summand: in brackets where it is negative. */
function factor(value, digits = 2) {
  const text = fixed(value, digits);
  return text.startsWith("−") ? `(${text})` : text;
}

/** A number as the text writes it: three digits that say something, a true minus. */
function short(value, digits = 3) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  let text;
  if (size === 0) text = "0";
  else if (size >= 1e5 || size < 1e-4) {
    const [mantissa, power] = value.toExponential(1).split("e");
    text = `${mantissa} · 10${superscript(Number(power))}`;
  } else text = size >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(digits)));
  return text.replace(/^-/, "−");
}

const superscript = (power) => [...String(power)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");

const subscript = (n) => String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

/** How a row of the recurrent cell is written: its candidate h~ with the tilde above. */
const face = (row) => (row === "h~" ? "h̃" : row);
