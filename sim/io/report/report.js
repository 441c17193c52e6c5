// Turns the drawings over time into live plots that zoom and point together.
(() => {
  "use strict";
  const page = JSON.parse(document.getElementById("evsim-data").textContent);
  if (typeof Dygraph === "undefined") return;
  document.documentElement.classList.add("interactive");

  // Values travel as whole numbers over a power of ten.
  const columns = page.columns.map((c) => {
    const scale = 10 ** c.decimals;
    return { ...c, values: c.values.map((v) => (v === null ? null : v / scale)) };
  });
  const time = columns[0].values;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const rows = (shown) => time.map((t, i) => [t, ...shown.map((c) => columns[c].values[i])]);

  const plots = [];
  let busy = false;  // one plot's change is being passed on to the others
  const pass_on = (from, act) => {
    if (busy) return;
    busy = true;
    for (const p of plots) if (p.graph !== from) act(p);
    busy = false;
  };

  const read_out = (p, row) => {
    p.outputs.forEach((output, i) => {
      const value = row === null ? null : columns[p.shown[i]].values[row];
      output.textContent = value === null ? "" : String(Number(value.toPrecision(5)));
    });
  };
  const point_at = (row) => { for (const p of plots) read_out(p, row); };

  const looks = () => ({
    gridLineColor: colour("--grid"),
    axisLineColor: colour("--zero"),
  });
  const colours = (count) => Array.from({ length: count }, (_, i) => colour("--s" + (i % 8)));

  const add = (figure, shown) => {
    const host = figure.querySelector(".live");
    const p = { shown, outputs: [...figure.querySelectorAll("output")] };
    p.graph = new Dygraph(host, rows(shown), {
      ...looks(),
      labels: ["t", ...shown.map((_, i) => "y" + i)],
      colors: colours(shown.length),
      xlabel: "t [s]",
      xLabelHeight: 16,
      rightGap: 16,
      axisLabelFontSize: 11.5,
      strokeWidth: 1.3,
      highlightCircleSize: 3,
      legend: "never",
      axes: { y: { axisLabelWidth: 50, pixelsPerLabel: 26 }, x: { pixelsPerLabel: 90 } },
      drawCallback: (graph, first) => {
        if (first) return;
        const dateWindow = graph.isZoomed("x") ? graph.xAxisRange() : null;
        pass_on(graph, (other) => other.graph.updateOptions({ dateWindow }));
      },
      highlightCallback: (event, x, points, row) => {
        point_at(row);
        pass_on(p.graph, (other) => other.graph.setSelection(row));
      },
      unhighlightCallback: () => {
        point_at(null);
        pass_on(p.graph, (other) => other.graph.clearSelection());
      },
    });
    plots.push(p);
    return p;
  };

  const figures = [...document.querySelectorAll(".plot:not(.any)")];
  figures.forEach((figure, i) => add(figure, page.figures[i].map((s) => s.column)));

  const any = document.querySelector(".plot.any");
  any.hidden = false;
  const select = any.querySelector("select");
  columns.forEach((c, i) => { if (i > 0) select.add(new Option(`${c.name} [${c.unit}]`, i)); });
  const chosen = add(any, [1]);
  select.addEventListener("change", () => {
    chosen.shown = [Number(select.value)];
    chosen.graph.updateOptions({ file: rows(chosen.shown) });
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const p of plots) p.graph.updateOptions({ ...looks(), colors: colours(p.shown.length) });
  });
})();
