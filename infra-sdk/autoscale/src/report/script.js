const data = JSON.parse(document.getElementById("data").textContent);
const chart = document.querySelector(".chart"), cursor = chart.querySelector(".cursor"), tip = chart.querySelector(".tip"), frame = chart.parentElement;
const clock = (seconds) => {
  const pad = (value) => String(value).padStart(2, "0"), hours = Math.floor(seconds / 3600);
  return (hours ? hours + ":" : "") + pad(Math.floor(seconds / 60) % 60) + ":" + pad(seconds % 60);
};
const round = (value, digits) => Number(value).toLocaleString("en", { maximumFractionDigits: digits });
const row = (name, value) => {
  const line = document.createElement("div");
  for (const text of [name, value]) {
    const span = document.createElement("span");
    span.textContent = text;
    line.append(span);
  }
  return line;
};
let shown = null;
const show = (seconds) => {
  shown = seconds;
  const index = Math.min(data.rows.length - 1, Math.max(0, Math.ceil(seconds / 60 - 1e-9) - 1));
  const minute = data.rows[index], scale = chart.clientWidth / data.width;
  const x = (data.left + (minute[0] / data.length) * (data.width - data.left - data.right)) * scale;
  const head = document.createElement("b");
  head.textContent = clock(minute[0]);
  tip.replaceChildren(head,
    row("requests a minute", round(minute[1], 0)),
    row("hosts serving / wanted", minute[2] + " / " + minute[3]),
    row("processor load", round(minute[4], 1) + " %"),
    row("asked for, at most", round(minute[5], 1) + " %"),
    row("in all scenarios", round(minute[6], 1) + " to " + round(minute[7], 1) + " %"));
  if (data.latency) tip.append(row("answers, p95", round(minute[8] * 1000, 0) + " ms"));
  tip.append(row("cost so far", round(minute[9], 3)));
  for (const [at, text] of data.events.filter(([at]) => at <= minute[0] && at > minute[0] - 60)) {
    const line = document.createElement("p");
    line.textContent = clock(at) + " " + text.replaceAll("`", "");
    tip.append(line);
  }
  cursor.style.display = tip.style.display = "block";
  cursor.style.left = x + "px";
  // Beside the line, and within what is seen of a chart that is wider than its window.
  const from = frame.scrollLeft, to = from + frame.clientWidth, width = tip.offsetWidth;
  const beside = x + 14 + width > to ? x - width - 14 : x + 14;
  tip.style.left = Math.max(from, Math.min(beside, to - width)) + "px";
};
const hide = () => { shown = null; cursor.style.display = tip.style.display = "none"; };
chart.addEventListener("pointermove", (event) => {
  const box = chart.getBoundingClientRect(), scale = box.width / data.width;
  const share = ((event.clientX - box.left) / scale - data.left) / (data.width - data.left - data.right);
  share < -0.01 || share > 1.01 ? hide() : show(Math.min(1, Math.max(0, share)) * data.length);
});
chart.addEventListener("pointerleave", hide);
// A link such as report.html#t=720 opens at that second.
const linked = () => { const at = /^#t=(\d+)$/.exec(location.hash); if (at) show(Number(at[1])); };
addEventListener("hashchange", linked);
addEventListener("resize", () => { if (shown !== null) show(shown); });
linked();
document.documentElement.dataset.ready = data.rows.length;
