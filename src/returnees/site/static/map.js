// The map of the front page coloured for another measure or source; a place leads to its page. Each map also has a page.
"use strict";

(() => {
  const maps = JSON.parse(document.getElementById("map-data").textContent);
  const links = [...document.querySelectorAll("a[data-map]")];
  const form = document.getElementById("map-choice");
  const measure = document.getElementById("map-measure");
  const source = document.getElementById("map-source");
  const picture = document.querySelector("#map-figure > svg");
  const places = new Map([...picture.querySelectorAll("[data-place]")].map((place) => [place.dataset.place, place]));
  const names = new Map([...places].map(([code, place]) => [code, place.querySelector("title").textContent.split(": ")[0]]));
  const pages = new Map();

  const option = (value, text) => Object.assign(document.createElement("option"), { value, textContent: text });

  function fillSources() {
    const chosen = links.filter((link) => link.dataset.measure === measure.value);
    source.replaceChildren(...chosen.map((link) => option(link.dataset.map, link.dataset.sourceName)));
  }

  function show() {
    const map = maps[source.value];
    for (const [code, place] of places) {
      const [fill, words] = map.fills[code] || ["var(--map-none)", "no figure published"];
      place.setAttribute("fill", fill);
      place.querySelector("title").textContent = `${names.get(code)}: ${words}`;
    }
    document.getElementById("map-title").textContent = map.title;
    picture.setAttribute("aria-label", `World map. ${map.title}. ${map.count} areas with a figure; the table lists them.`);
    document.querySelectorAll("#map-classes span").forEach((span, number) => { span.textContent = map.classes[number]; });
    const rows = Object.entries(map.fills).map(([code, [, words]]) => {
      const row = document.createElement("tr");
      const link = pages.has(code) ? pages.get(code) : null;
      const name = document.createElement("td");
      const anchor = document.createElement("a");
      anchor.textContent = names.get(code) || code;
      if (link) anchor.href = link;
      name.append(anchor);
      row.append(name, Object.assign(document.createElement("td"), { textContent: words }));
      return row;
    });
    document.querySelector("#map-table tbody").replaceChildren(...rows);
  }

  for (const link of links) {
    if (![...measure.options].some((item) => item.value === link.dataset.measure)) {
      measure.append(option(link.dataset.measure, link.dataset.measureName));
    }
  }
  const folder = document.getElementById("map-figure").dataset.folder;
  const files = JSON.parse(document.getElementById("map-data").dataset.files);
  for (const code of places.keys()) if (files[code]) pages.set(code, `${folder}/${files[code]}`);
  fillSources();
  measure.addEventListener("change", () => { fillSources(); show(); });
  source.addEventListener("change", show);
  picture.addEventListener("click", (event) => {
    const place = event.target.closest("[data-place]");
    if (place && pages.has(place.dataset.place)) location.href = pages.get(place.dataset.place);
  });
  form.hidden = false;
})();
