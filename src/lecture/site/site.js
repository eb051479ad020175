// What a page does beyond being read: copy buttons, the current section, charts one can point at. Without scripts
// every page still shows everything, with still pictures for charts. A classic script: modules do not load from file://.
"use strict";

(() => {
  for (const source of document.querySelectorAll(".source")) {
    const code = source.querySelector("pre");
    if (code === null || navigator.clipboard === undefined) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not allowed";
      }
      setTimeout(() => button.textContent = "Copy", 1500);
    });
    source.append(button);
  }

  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    links.set(link.getAttribute("href").slice(1), link);
  }
  if (links.size > 0) {
    const headings = [...links.keys()].map((id) => document.getElementById(id)).filter((heading) =>
      heading !== null
    );
    const mark = () => {
      let current = headings[0];
      for (const heading of headings) if (heading.getBoundingClientRect().top < 120) current = heading;
      for (const [id, link] of links) {
        if (id === current?.id) link.setAttribute("aria-current", "location");
        else link.removeAttribute("aria-current");
      }
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  const draw = async (chart) => {
    const still = chart.querySelector(".still");
    const live = document.createElement("div");
    live.className = "live";
    // Laid out, so that widths can be measured, but not seen before it is complete.
    live.style.visibility = "hidden";
    live.style.position = "absolute";
    chart.append(live);
    try {
      const spec = JSON.parse(chart.querySelector("script").textContent);
      await globalThis.vegaEmbed(live, spec, {
        mode: chart.dataset.mode,
        renderer: "svg",
        actions: false,
        logLevel: 1, // Vega's Error: it warns about the schema's version
      });
      live.setAttribute("role", "group");
      live.setAttribute("aria-label", chart.dataset.label);
      live.style.visibility = "";
      live.style.position = "";
      still.hidden = true;
    } catch (error) {
      live.remove();
      console.error("A chart stays a still picture:", error);
    }
  };
  if (typeof globalThis.vegaEmbed === "function") {
    for (const chart of document.querySelectorAll(".chart")) draw(chart);
  }
})();
